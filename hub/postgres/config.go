package postgres

import (
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	// role is the database role of the hub: owner of its database, not superuser, so that a hole in a query cannot
	// become a program run on the machine (COPY ... TO PROGRAM needs a superuser).
	role = "huying"
	// admin is the bootstrap superuser, for maintenance and for creating role and database.
	admin = "postgres"
	// port only names the socket file; there is no TCP port.
	port = "5432"
)

// Config says where the cluster lives and how it runs. Only Dir is required.
type Config struct {
	// Dir is the data folder; it is made if missing. See the package comment for what is in it.
	Dir string
	// BinDir is where to look first for postgres and initdb; empty means the usual places.
	BinDir string
	// Log receives what the supervisor does; nil means slog.Default().
	Log *slog.Logger
	// Settings are further server settings (name to value), e.g. "max_connections": "200". Settings that this
	// package owns or that decide about durability are refused.
	Settings map[string]string
	// Database is the hub's database, made if missing; default "huying". Lower-case letters, digits, underscores.
	Database string
	// Throwaway gives up durability for speed (fsync=off). For tests: a power cut destroys such a cluster.
	Throwaway bool
	// Notify, if not nil, is called by Supervise's goroutine, one call at a time, whenever the database goes or
	// comes. It must return quickly and must not call Stop.
	Notify func(State)
}

var (
	databaseName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)
	settingName  = regexp.MustCompile(`^[a-z_][a-z0-9_.]*$`)
	owned        = []string{
		"data_directory", "config_file", "hba_file", "ident_file", "external_pid_file", "listen_addresses", "port",
		"unix_socket_directories", "unix_socket_permissions", "unix_socket_group", "cluster_name",
		"fsync", "synchronous_commit", "full_page_writes", "log_destination", "logging_collector",
	}
)

// normalize returns a copy with defaults filled in, or ConfigRefused naming the field.
func (c Config) normalize() (Config, error) {
	if c.Dir == "" {
		return c, refuse(ConfigRefused, nil, "没有写明数据文件夹(Dir)")
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return c, refuse(ConfigRefused, err, "数据文件夹(Dir)%q 无法识别", c.Dir)
	}
	if strings.ContainsFunc(dir, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return c, refuse(ConfigRefused, nil, "数据文件夹(Dir)%q 含有控制字符,请换一个名字", c.Dir)
	}
	c.Dir = dir
	if c.Database == "" {
		c.Database = role
	}
	if !databaseName.MatchString(c.Database) {
		return c, refuse(ConfigRefused, nil, "数据库名(Database)%q 只能用小写字母、数字和下划线,最多 63 个字符", c.Database)
	}
	for name := range c.Settings {
		if !settingName.MatchString(name) || slices.Contains(owned, name) {
			return c, refuse(ConfigRefused, nil, "数据库设置(Settings)%q 不能在这里改", name)
		}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c, nil
}

// durability is "on" where an acknowledged commit must survive a power cut.
func (c Config) durability() string {
	if c.Throwaway {
		return "off"
	}
	return "on"
}
