// Package postgres runs the hub's own private PostgreSQL cluster, for hubs that were not given a DATABASE_URL.
//
// The cluster lives in one data folder and is reachable through one unix socket only:
//
//	lock       held with flock while a hub uses the folder; holds that hub's pid
//	pg/        the cluster, 0700, owned by the user PostgreSQL runs as
//	pg.new/    a cluster being made; it becomes pg/ by one rename, so pg/ is never half made
//	run/       the socket, unless its path would be too long (then /run or /tmp, see runFolder)
//	hba.conf   who may connect: peer authentication, nothing else
//	ident.conf which OS user may be which role
//	log, log.1 what PostgreSQL says, without statements and values, bounded
//	hold       made by a person: while it exists the supervisor keeps the database stopped
//
// PostgreSQL refuses to run as root. A hub that is root therefore runs it as the user postgres (or as whoever owns
// pg/ already); any other hub runs it as itself. The postmaster is a direct child of the hub, in a process group of
// its own so that Ctrl-C reaches the hub alone, and the kernel tells it to quit when the hub dies in whatever way.
//
// Data are never thrown away: the programs are chosen by the cluster's own PG_VERSION, and a folder that cannot be
// understood is refused with a named reason and left as it is.
//
// The programs come from the machine. On Debian, write create_main_cluster = false into
// /etc/postgresql-common/createcluster.conf before installing postgresql-15, or the package starts a cluster that
// nobody needs.
//
// [Start] runs the cluster once; [Supervise] also brings it back when it ends without being told to.
package postgres
