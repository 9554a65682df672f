package wire

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"huying/internal/call"
	"huying/internal/release"
)

var (
	noon  = time.Date(2026, 5, 1, 4, 0, 0, 0, time.UTC)
	town  = call.Site("361025105")
	top   = call.Site("361025")
	li    = call.Person{ID: "p-li", Name: "虚构李", Post: "坐席"}
	first = call.ID{Kiosk: "361025105204-1", Mark: call.Mark{Boot: 3, Seq: 41}}
	again = call.PressID{Kiosk: first.Kiosk, Mark: call.Mark{Boot: 3, Seq: 42}}
	talks = call.Grant{Epoch: 196608, Site: town, Person: li, Live: true}
	over  = call.Grant{Epoch: 196608, Site: town, Person: li, Ending: call.HungUp, Spoke: again.Mark, Through: again.Mark}
	done  = call.Closing{Person: li, Site: town, Disposition: "solved", At: noon, Through: again.Mark}
	nonce = []byte("0123456789abcdef")
	sig   = []byte("not a real signature")
)

// golden holds one frame of every kind, and more where a frame has forms.
// The files in testdata are what docs/protocol.md shows.
var golden = map[string]Frame{
	"challenge": Challenge{Nonce: nonce},
	"hello": Hello{Kiosk: first.Kiosk, Proto: Proto, BootNo: 3, BootID: "b0c1", NextSeq: 43, Unacked: 1, Sig: sig,
		Version: "0.1.0", Episode: Episodes{Open: &Open{Call: first, Grant: talks, Rev: 4}}},
	"hello_first_boot": Hello{Kiosk: first.Kiosk, Proto: Proto, BootNo: 1, BootID: "b0c1", NextSeq: 1},
	"welcome":          Welcome{Site: town, Proto: Proto, PolicyRev: 1},
	"press":            Press{Press: again, Call: first, Key: call.Urgent, AgeMS: 120, Sig: sig},
	"press_outlived":   Press{Press: again, Call: first, Key: call.Urgent, AgeMS: 120, Sig: sig, At: noon},
	"press_ack":        PressAck{Press: again, Call: first},
	"press_hold":       PressHold{Press: again, Reason: "store_down"},
	"claim":            Claim{Call: first, Site: town, Person: li, After: 0},
	"grant_live":       Grant{Call: first, Grant: talks},
	"grant_over":       Grant{Call: first, Grant: over},
	"deny_taken":       Deny{Call: first, Site: top, Grant: talks},
	"deny_closed":      Deny{Call: first, Site: top, Grant: over, Closing: &done},
	"release":          Release{Call: first, Epoch: talks.Epoch, Ending: call.HungUp, Spoke: again.Mark, Site: town, Person: li},
	"state_ringing":    State{Call: first, Rev: 2, Code: CodeRinging},
	"state_answered":   State{Call: first, Rev: 3, Code: CodeAnswered},
	"state_closed":     State{Call: first, Rev: 5, Code: CodeClosed, Closing: &done},
	"media":            Media{Call: first, Epoch: talks.Epoch, URL: "wss://hub.example/rtc", Token: "eyJ.example"},
	"health_idle":      Health{Ledger: Ledger{Since: 1, Made: 42}},
	"health": Health{Ledger: Ledger{Since: 1, Made: 42, Waiting: []uint32{41, 42}, Unacked: 2},
		Faults: []Fault{{Code: "key_stuck", Part: "green", ForMS: 90000, Detail: "held for too long"}},
		Tests:  []Test{{Name: "sound", Result: Passed, AgeMS: 3600000}, {Name: "key_path", Result: Skipped, Detail: "no loop is wired"}},
		Power:  &Power{Percent: 93, LeftMS: 7200000}, Config: &ConfigState{Rev: 3, Tried: 4, Error: "phones[0]: no number"}, Version: "0.2.0"},
	"health_update": Health{Ledger: Ledger{Since: 1, Made: 42}, Version: "0.3.0", Arch: "arm64",
		Update: &UpdateState{Version: "0.3.1", Phase: Fetching, Percent: 40}},
	"update": Update{Release: &release.Manifest{Version: "0.3.1", Arch: "arm64", Size: 20_000_000,
		SHA256: strings.Repeat("5e", 32), Sig: bytes.Repeat([]byte{7}, 64)}},
	"update_none":   Update{},
	"config":        Config{Rev: 4, Settings: json.RawMessage(`{"volume":80}`)},
	"press_quiet":   Press{Press: again, Call: first, Key: call.Enquiry, Purpose: call.ForQuiet, AgeMS: 3000, Sig: sig},
	"ping_idle":     Ping{},
	"ping_open":     Ping{Episode: Episodes{Open: &Open{Call: first, Grant: talks, Rev: 3}}},
	"ping_vouching": Ping{Episode: Episodes{Ended: []Ended{{Call: first, Grant: over, Closing: done}}}},
	"pong":          Pong{},
	"refuse":        Refuse{Code: "invalid", Frame: TPress, Field: "key", Message: "must be urgent or enquiry"},
	"peer":          Peer{Site: town, Proto: Proto, Have: 17, First: 5, Ready: true},
	"fact_pressed":  fact(18, call.Pressed{Mark: again.Mark, Key: call.Urgent, At: noon, Sig: sig}),
	"fact_asked":    fact(19, call.Asked{By: town}),
	"fact_grant":    fact(20, talks),
	"fact_spoke":    fact(21, call.Spoke{Epoch: talks.Epoch, Through: again.Mark}),
	"fact_attended": fact(22, call.Attended{Who: "虚构村医", By: li, Site: town, Note: "已上门", At: noon, Through: again.Mark}),
	"fact_rated":    fact(24, call.Rated{Mark: call.Mark{Boot: 3, Seq: 43}, Key: call.Enquiry, At: noon, Sig: sig}),
	"fact_closed":   fact(23, done),
	"fact_ack":      FactAck{N: 23},
	"condition": Condition{Kiosk: first.Kiosk, State: "fault", SinceMS: 86400000, ProvenBy: "practice", ProvenMS: 3600000,
		Failed: []string{"key_stuck:green"}, Power: &Power{Mains: true, Percent: -1}, Version: "0.2.0", Config: 3},
	"ticket": Ticket{ID: first.Kiosk + ".361025105.t7", Rev: 2, Sent: noon,
		Body: json.RawMessage(`{"id":"361025105204-1.361025105.t7"}`)},
	"ticket_ack": TicketAck{ID: first.Kiosk + ".361025105.t7", Rev: 2},
	"ticket_do":  TicketDo{ID: first.Kiosk + ".361025105.t7", Action: "stop_gap", Person: li, Site: top, Note: "已通知村医"},
	"register": Register{Kiosk: first.Kiosk, Point: "361025105204", PointName: "流坑村", Township: town,
		TownshipName: "牛田镇", PublicKey: []byte("0123456789abcdef0123456789abcdef")},
}

func fact(n uint64, f call.Fact) Fact {
	kind, data, err := call.EncodeFact(f)
	if err != nil {
		panic(err)
	}
	return Fact{N: n, Call: first, Kind: kind, Data: data, AgeMS: 350, Decoded: f}
}
