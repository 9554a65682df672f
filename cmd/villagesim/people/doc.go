// Package people is the invented people of a simulated county: villagers at
// the kiosks' pages, who press and talk, and operators at a hub's desk, who
// answer, listen, hang up and write down the outcome. They use the product as
// people do, through its pages' own interfaces, and speak with a tone.
package people
