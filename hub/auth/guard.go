package auth

import (
	"net/netip"
	"sync"
	"time"
)

// Limits of a Guard. Five tries cost nothing (a person who mistypes), then
// waits double from one second to five minutes: under 300 guesses a day for
// one account from one address. The looser limit by address alone is for one
// machine that tries many accounts; a whole township hall shares an address.
const (
	guardFree        = 5
	guardAddressFree = 40
	guardFirstWait   = time.Second
	guardLongestWait = 5 * time.Minute
	guardForget      = 30 * time.Minute
	guardEntries     = 4096
	guardSample      = 64
)

// Guard slows down guessing. It counts an attempt before it is checked, so
// that many at once cannot slip through, and takes it back on success. It
// lives in memory, is bounded, and is safe for concurrent use.
type Guard struct {
	mu      sync.Mutex
	entries map[string]*attempts
}

type attempts struct {
	count int
	until time.Time // no attempt before this
	last  time.Time
}

// NewGuard makes an empty Guard.
func NewGuard() *Guard { return &Guard{entries: make(map[string]*attempts)} }

// Attempt counts one attempt on a subject (an account, or "enrol") from an
// address. A wait above zero means: refused, try again after that long.
func (g *Guard) Attempt(subject, address string, now time.Time) (wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	pair, alone := g.entry(pairKey(subject, address), now), g.entry(addressKey(address), now)
	if wait = max(pair.until.Sub(now), alone.until.Sub(now)); wait > 0 {
		return wait
	}
	pair.add(now, guardFree)
	alone.add(now, guardAddressFree)
	return 0
}

// Succeeded forgets the failures of the subject from this address, and takes
// the attempt back from the address alone.
func (g *Guard) Succeeded(subject, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.entries, pairKey(subject, address))
	g.takeBack(addressKey(address))
}

// Undecided takes back an attempt that was neither right nor wrong, because
// the store was away.
func (g *Guard) Undecided(subject, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.takeBack(pairKey(subject, address))
	g.takeBack(addressKey(address))
}

func (g *Guard) takeBack(key string) {
	if a := g.entries[key]; a != nil {
		a.count = max(0, a.count-1)
		a.until = time.Time{}
	}
}

func (a *attempts) add(now time.Time, free int) {
	a.count++
	a.last = now
	if over := a.count - free; over >= 0 {
		a.until = now.Add(min(guardLongestWait, guardFirstWait<<min(over, 20)))
	}
}

// entry finds or makes an entry; a full table first drops what is forgotten,
// then one that was tried seldom, so that a flood of new names cannot wash out
// the ones under attack.
func (g *Guard) entry(key string, now time.Time) *attempts {
	if a := g.entries[key]; a != nil {
		if now.Sub(a.last) > guardForget {
			*a = attempts{}
		}
		return a
	}
	if len(g.entries) >= guardEntries {
		g.makeRoom(now)
	}
	a := &attempts{last: now}
	g.entries[key] = a
	return a
}

// makeRoom looks at some entries, which a map gives in random order: a full
// scan for each new name would be work that an attacker makes us do.
func (g *Guard) makeRoom(now time.Time) {
	least, looked := "", 0
	for key, a := range g.entries {
		if now.Sub(a.last) > guardForget {
			delete(g.entries, key)
			continue
		}
		if l := g.entries[least]; looked == 0 || a.count < l.count {
			least = key
		}
		if looked++; looked == guardSample {
			break
		}
	}
	if len(g.entries) >= guardEntries {
		delete(g.entries, least)
	}
}

func pairKey(subject, address string) string { return subject + "\x00" + address }
func addressKey(address string) string       { return "\x00" + address }

// Address turns an http.Request's RemoteAddr into what a Guard counts by: the
// IPv4 address, or the IPv6 /64, because one machine has all of that.
func Address(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "unknown"
	}
	addr := at.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return addr.String()
}
