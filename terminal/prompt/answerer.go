package prompt

import (
	"regexp"
	"strings"
)

// Who answers, by post. Each says the same as Answered and more, and is played
// in its place.
const (
	AnswererOperator   Code = "answerer/operator"
	AnswererDutyLeader Code = "answerer/duty_leader"
	AnswererCadre      Code = "answerer/cadre"
	AnswererCounty     Code = "answerer/county"
	AnswererDoctor     Code = "answerer/doctor"
	AnswererHelper     Code = "answerer/helper"
	AnswererGrid       Code = "answerer/grid_member"
	AnswererWindow     Code = "answerer/window"
	AnswererNeighbour  Code = "answerer/neighbour"
)

// PersonPrefix begins the code of a recording for one person: the rest is the
// person's id. Such a recording says name and post ("刘芳，接线员，请讲话。"); it
// is made by that person, or synthesised beforehand at the hub, never on the
// kiosk while somebody waits.
const PersonPrefix = "answerer/person-"

// Answers tells whether a prompt says that somebody answers.
func Answers(code Code) bool {
	return code == Answered || strings.HasPrefix(string(code), "answerer/")
}

// posts maps words of a post's name to its prompt; the first that occurs
// decides, so the more special come first.
var posts = []struct {
	word string
	code Code
}{
	{"邻", AnswererNeighbour},
	{"带班", AnswererDutyLeader},
	{"窗口", AnswererWindow},
	{"医", AnswererDoctor},
	{"帮办", AnswererHelper},
	{"代办", AnswererHelper},
	{"网格", AnswererGrid},
	{"县", AnswererCounty},
	{"指挥", AnswererCounty},
	{"接线", AnswererOperator},
	{"坐席", AnswererOperator},
	{"干部", AnswererCadre},
	{"书记", AnswererCadre},
	{"镇长", AnswererCadre},
	{"乡长", AnswererCadre},
	{"主任", AnswererCadre},
}

var personID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Answerer lists what to say when somebody answers, best first: the person's
// own recording, the post, the plain Answered. person is the person's id as in
// the grant and post the name of the post in Chinese; both may be empty. Say
// the first that Library.Has.
func Answerer(person, post string) []Code {
	var out []Code
	if personID.MatchString(person) {
		out = append(out, Code(PersonPrefix+person))
	}
	for _, p := range posts {
		if strings.Contains(post, p.word) {
			out = append(out, p.code)
			break
		}
	}
	return append(out, Answered)
}
