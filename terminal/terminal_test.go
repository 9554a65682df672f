package terminal

import (
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
	"huying/terminal/panel"
)

func TestPressIsSentBeforeItIsOnTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		v.home.take()
		held := make(chan struct{})
		v.disk.set(func() { v.disk.block = held })
		v.press(input.Red)
		id := v.pressed(v.home.take())
		for _, r := range v.disk.kept() {
			if r.Pressed != nil {
				t.Fatal("the disk was not held, so this test shows nothing")
			}
		}
		close(held)
		synctest.Wait()
		kept := v.disk.kept()
		if r := kept[len(kept)-1].Pressed; r == nil || r.Press != id {
			t.Errorf("the last record is %+v, want the press %v", kept[len(kept)-1], id)
		}
	})
}

func TestFullDiskStopsNoPressAndNoGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		v.home.take()
		v.disk.set(func() { v.disk.err = errFull })
		v.press(input.Green)
		sent := v.home.take()
		id := v.pressed(sent)
		if h := of[wire.Health](sent); len(h) == 0 || h[len(h)-1].Faults[0].Code != FaultJournal {
			t.Errorf("the hub was told %+v", h)
		}
		v.home.say(wire.Claim{Call: id, Site: home, Person: operator})
		if g := of[wire.Grant](v.home.take()); len(g) != 1 || !g[0].Grant.Live {
			t.Fatalf("grants %+v", g)
		}
		if p := v.page.now(); p.State != panel.Answered || p.Answerer.Name != "张三" || p.Answerer.Site != "牛田镇便民服务中心" {
			t.Errorf("shown %+v", p)
		}
		v.disk.set(func() { v.disk.err = nil })
		v.wait(probe + time.Second)
		if v.faulty(FaultJournal) {
			t.Error("the fault stays although the disk is well again")
		}
		m := kiosk.Replay(v.disk.kept())
		if m.Open == nil || *m.Open != id || !m.Grant.Live {
			t.Errorf("the mended journal knows %+v", m)
		}
	})
}

func TestHangingDiskDelaysAGrantNoLongerThanPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		held := make(chan struct{})
		defer close(held)
		v.disk.set(func() { v.disk.block = held })
		v.press(input.Red)
		id := v.pressed(v.home.take())
		v.home.say(wire.Claim{Call: id, Site: home, Person: operator})
		v.wait(Patience - time.Second)
		if g := of[wire.Grant](v.home.take()); len(g) != 0 {
			t.Fatal("a grant went out although the disk may still be well")
		}
		v.wait(time.Second + kiosk.TickEvery)
		sent := v.home.take()
		if g := of[wire.Grant](sent); len(g) != 1 || !g[0].Grant.Live {
			t.Errorf("grants %+v", g)
		}
		if h := of[wire.Health](sent); len(h) == 0 || h[0].Faults[0].Code != FaultSlow {
			t.Errorf("the hub was told %+v", h)
		}
	})
}

// TestNoiseDoesNotPutOffPatience: what comes all the time must not keep the
// loop from looking at the clock.
func TestNoiseDoesNotPutOffPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		held := make(chan struct{})
		defer close(held)
		v.disk.set(func() { v.disk.block = held })
		v.press(input.Red)
		id := v.pressed(v.home.take())
		v.home.say(wire.Claim{Call: id, Site: home, Person: operator})
		for range 2 * Patience / (100 * time.Millisecond) {
			v.page.cfg.Media(true)
			v.wait(100 * time.Millisecond)
		}
		if g := of[wire.Grant](v.home.take()); len(g) == 0 {
			t.Error("the grant still waits for the disk")
		}
	})
}

func TestNoLineIsOpenedBeforeTheStartIsDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		d := &disk{block: held}
		v := prepare(t, d)
		began := make(chan error)
		go func() { began <- v.term.Start(t.Context()) }()
		synctest.Wait()
		if v.home.isStarted() || v.last.isStarted() {
			t.Fatal("a line was opened before the start was durable")
		}
		close(held)
		if err := <-began; err != nil {
			t.Fatal(err)
		}
		if !v.home.isStarted() || len(d.kept()) != 1 {
			t.Errorf("line %v, records %+v", v.home.isStarted(), d.kept())
		}
		v.term.Stop()
	})
}

// Two starts from a disk that takes nothing must not give two presses one id:
// the hub would take the second for a repetition.
func TestDeadDiskNeverRepeatsAPressID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		v := open(t, d)
		v.term.Stop()
		d.err = errFull
		seen := map[call.PressID]bool{}
		for range 3 {
			v := open(t, d)
			v.home.up()
			v.home.take()
			v.press(input.Red)
			id := v.pressed(v.home.take())
			if seen[id] {
				t.Fatalf("press %v was made twice", id)
			}
			seen[id] = true
			v.term.Stop()
		}
	})
}

func TestHangingDiskAtTheStartDoesNotKeepTheKioskFromStarting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		began := time.Now()
		v := open(t, &disk{block: held})
		if took := time.Since(began); took > Patience+time.Second {
			t.Errorf("the start took %v", took)
		}
		v.home.up()
		v.press(input.Red)
		v.pressed(v.home.take())
		close(held)
		v.term.Stop()
	})
}

func TestRestartCountsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		var before call.PressID
		for i := range 4 {
			v := open(t, d)
			v.home.up()
			hello := of[wire.Hello](v.home.take())[0]
			v.press(input.Green)
			frames := of[wire.Press](v.home.take())
			id := frames[len(frames)-1].Press
			if i > 0 && (id.Boot <= before.Boot || id.Seq != before.Seq+1 || hello.Unacked != i) {
				t.Errorf("start %d: press %v after %v, %d unacked", i, id, before, hello.Unacked)
			}
			before = id
			v.term.Stop()
		}
	})
}

func TestPressWithoutALineComesThroughOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		wakes := v.home.woken()
		v.press(input.Red)
		if v.home.woken() == wakes {
			t.Error("the line was not woken")
		}
		if p := v.page.now(); p.State != panel.Sending {
			t.Errorf("shown %v", p.State)
		}
		v.wait(4 * time.Second)
		if p := v.page.now(); p.State != panel.NoLine || len(p.Phones) != 1 {
			t.Errorf("without any line it shows %+v", p)
		}
		woken := v.home.woken()
		v.wait(10 * time.Second)
		if v.home.woken()-woken < 4 {
			t.Errorf("in 10 s of a call the line was tried %d times", v.home.woken()-woken)
		}
		v.home.up()
		sent := v.home.take()
		if _, first := sent[0].(wire.Hello); !first {
			t.Errorf("the first frame is %v", sent[0].Type())
		}
		id := v.pressed(sent)
		v.home.down()
		v.home.up()
		if again := v.pressed(v.home.take()); again != id {
			t.Errorf("sent as %v and as %v", id, again)
		}
		v.home.say(wire.PressAck{Press: id, Call: id})
		if p := v.page.now(); p.State != panel.Received {
			t.Errorf("shown %v", p.State)
		}
		v.home.take()
		v.wait(30 * time.Second)
		if more := of[wire.Press](v.home.take()); len(more) != 0 {
			t.Errorf("%d more after the acknowledgement", len(more))
		}
		v.last.up()
		if p := of[wire.Press](v.last.take()); len(p) == 0 || p[0].Press != id {
			t.Errorf("the county got %+v", p)
		}
	})
}

func TestPageThatFallsSilentLosesTheVoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		v.press(input.Red)
		id := v.pressed(v.home.take())
		v.home.say(wire.Claim{Call: id, Site: home, Person: operator})
		v.home.take()
		v.page.cfg.Media(true)
		synctest.Wait()
		v.home.down() // only the voice vouches for the grant now
		v.wait(5 * time.Second)
		v.page.cfg.Media(true)
		v.wait(5 * time.Second)
		if p := v.page.now(); p.State != panel.Answered {
			t.Fatalf("with voice it shows %v", p.State)
		}
		v.wait(mediaLapse + kiosk.DefaultTimes().Lapse + time.Second)
		if p := v.page.now(); p.State != panel.NoLine {
			t.Errorf("line and voice are gone; it shows %v", p.State)
		}
	})
}

func TestScreenKeyPresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		v.home.take()
		if err := v.page.cfg.Key(panel.Urgent, true); err != nil {
			t.Fatal(err)
		}
		if p := of[wire.Press](v.home.take()); len(p) != 1 || p[0].Key != call.Urgent || string(p[0].Sig) != "sig" {
			t.Fatalf("sent %+v", p)
		}
		v.wait(11 * time.Second)
		if !v.faulty(FaultKeyStuck + ":red") {
			t.Error("a finger that never leaves is no fault")
		}
		_ = v.page.cfg.Key(panel.Urgent, false)
		v.wait(time.Second)
		if v.faulty(FaultKeyStuck + ":red") {
			t.Error("the fault stays")
		}
	})
}

func TestLargeJournalIsCompacted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.press(input.Green)
		v.disk.set(func() { v.disk.size = compactAbove + 1 })
		v.press(input.Green)
		v.wait(time.Second)
		if n := v.disk.compactions(); n != 1 {
			t.Errorf("compacted %d times", n)
		}
		if m := kiosk.Replay(v.disk.kept()); len(m.Presses) != 2 || m.Open == nil {
			t.Errorf("afterwards it knows %+v", m)
		}
	})
}

func TestFramesOfAnEarlierConnectionAreNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		v.press(input.Green)
		id := v.pressed(v.home.take())
		v.home.down()
		v.home.up()
		v.home.events.Frame(home, 1, wire.PressAck{Press: id, Call: id})
		if p := v.page.now(); p.State != panel.Sending {
			t.Errorf("shown %v", p.State)
		}
	})
}

func TestIdleKioskSendsHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		v.home.take()
		v.wait(5 * time.Minute)
		if n := len(of[wire.Ping](v.home.take())); n < 9 || n > 10 {
			t.Errorf("%d pings in five minutes, want one each 30 s", n)
		}
	})
}

func TestTooManyRecordsForAHangingDiskHoldUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		held := make(chan struct{})
		defer close(held)
		v.disk.set(func() { v.disk.block = held })
		for range maxWaiting + 10 {
			v.press(input.Green)
		}
		id := of[wire.Press](v.home.take())[0].Call
		v.home.say(wire.Claim{Call: id, Site: home, Person: operator})
		if g := of[wire.Grant](v.home.take()); len(g) != 1 {
			t.Errorf("%d grants", len(g))
		}
		if n := len(v.term.writer.waiting); n > maxWaiting {
			t.Errorf("%d records wait, the bound is %d", n, maxWaiting)
		}
	})
}
