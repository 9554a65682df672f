package desk

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/internal/call"
	"huying/internal/site"
)

// slowRooms is a voice server that closes rooms slowly.
type slowRooms struct {
	mu   sync.Mutex
	did  []string
	wait time.Duration
}

func (r *slowRooms) note(what string, wait time.Duration) error {
	time.Sleep(wait) // virtual time
	r.mu.Lock()
	defer r.mu.Unlock()
	r.did = append(r.did, what)
	return nil
}

func (r *slowRooms) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.did)
}

func (r *slowRooms) Open(context.Context, string) error  { return r.note("open", 0) }
func (r *slowRooms) Close(context.Context, string) error { return r.note("close", r.wait) }
func (r *slowRooms) Pass(string, string, string) (url, token string, err error) {
	return "ws://voice", "token", nil
}

// A talk that is dropped and answered again at once must not lose the new
// talk's room to the slow closing of the old one.
func TestRoomsOpenAndCloseInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rooms := &slowRooms{wait: time.Second}
		d := New(Config{Voice: rooms, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		d.ctx = t.Context()
		id := call.ID{Kiosk: "k-1", Mark: call.Mark{Boot: 1, Seq: 1}}
		d.mu.Lock()
		d.closeRoom(id)
		d.openRoom(id)
		d.mu.Unlock()
		d.wg.Wait()
		if want := []string{"close", "open"}; !slices.Equal(rooms.did, want) {
			t.Fatalf("the voice server was asked to %v, want %v", rooms.did, want)
		}
		if len(d.rooms) != 0 {
			t.Fatalf("%d calls are still remembered", len(d.rooms))
		}
	})
}

func TestASelfTestHasARoomForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rooms := &slowRooms{}
		d := New(Config{Voice: rooms, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		d.ctx = t.Context()
		id := call.ID{Kiosk: "k-1", Mark: call.Mark{Boot: 1, Seq: 1}}
		d.mu.Lock()
		d.recorded(site.PressRow{Press: id, Call: id, Fact: call.Pressed{Purpose: call.ForPractice}})
		d.recorded(site.PressRow{Press: id, Call: id, Fact: call.Pressed{Purpose: call.ForSelfTest}})
		d.mu.Unlock()
		time.Sleep(testLife - time.Second)
		synctest.Wait()
		if want := []string{"open"}; !slices.Equal(rooms.seen(), want) {
			t.Fatalf("the voice server was asked to %v, want %v", rooms.seen(), want)
		}
		d.wg.Wait()
		if want := []string{"open", "close"}; !slices.Equal(rooms.seen(), want) {
			t.Fatalf("the voice server was asked to %v, want %v", rooms.seen(), want)
		}
	})
}
