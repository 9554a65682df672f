# Huying: `make run` starts a county on this machine, `make test` proves it.
# `make help` lists the rest. Needs Go 1.26 and Node 20; everything else is
# installed by deploy/setup.sh (Debian 12, as root or through sudo).

SHELL := /bin/sh
.DEFAULT_GOAL := help

# Static programs; also, one way of building fills one build cache.
export CGO_ENABLED := 0
web_sources := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup setup-test
setup: ## install what running needs
	@deploy/setup.sh run

setup-test: ## install what testing needs
	@deploy/setup.sh test

# ---- build and run

.PHONY: build
build: setup bin/.pages ## build the pages and the programs into bin/
	@mkdir -p bin
	go build -o bin/ ./cmd/hub ./cmd/terminal ./cmd/terminal-voice ./cmd/villagesim

# Vite empties dist first; the placeholder, which is committed, comes back from web/public.
bin/.pages: $(web_sources) | setup
	@mkdir -p bin
	cd web && npm run --silent build
	@touch $@

# For root the databases run as the user postgres, who cannot enter /root.
.PHONY: run
run: build ## start a small county on this machine; Ctrl-C stops it
	@data=var/demo; \
	if [ "$$(id -u)" = 0 ] && ! runuser -u postgres -- test -x "$(CURDIR)"; then data=/var/lib/huying-demo; fi; \
	exec bin/villagesim demo --data "$$data" $(ARGS)

.PHONY: arm64
arm64: ## build the terminal for small boards into bin/arm64/
	@mkdir -p bin/arm64
	GOARCH=arm64 go build -o bin/arm64/ ./cmd/terminal ./cmd/terminal-voice

# A version a package manager can compare: the last tag, or the number of commits.
VERSION ?= $(shell git describe --tags --match 'v[0-9]*' 2>/dev/null | sed 's/^v//' | grep . || echo "0.2.$$(git rev-list --count HEAD 2>/dev/null || echo 0)")
package_flags := -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

.PHONY: packages
packages: setup bin/.pages bin/lint/nfpm ## build bin/packages/huying-terminal_*.deb for amd64 and arm64, RELEASE_KEY=file signs them
	@mkdir -p bin/packages
	@rm -f bin/packages/*.deb bin/packages/*.release
	@for arch in amd64 arm64; do \
		GOARCH=$$arch go build $(package_flags) -o bin/packages/$$arch/ ./cmd/terminal ./cmd/terminal-voice && \
		ARCH=$$arch VERSION=$(VERSION) BIN=bin/packages/$$arch \
			bin/lint/nfpm package --config deploy/packages/terminal.yaml --packager deb --target bin/packages/ || exit 1; \
	done
	@[ -z "$(RELEASE_KEY)" ] || go run ./cmd/terminal release sign --key "$(RELEASE_KEY)" bin/packages/*.deb

bin/lint/nfpm: tools/nfpm/go.mod
	@mkdir -p bin/lint
	go -C tools/nfpm build -o ../../bin/lint/ github.com/goreleaser/nfpm/v2/cmd/nfpm

# ---- check and test

.PHONY: check
check: setup-test lint ## the quick checks: format, vet, lint, types, short tests
	npm --prefix web run --silent check
	go run ./tools/testall -short -only go

.PHONY: test
test: setup-test build ## everything; ends with "N passed, N failed"
	@go run ./tools/testall $(if $(ONLY),-only $(ONLY))

.PHONY: lint
lint: bin/lint/staticcheck
	@bad=$$(gofmt -l cmd firmware-bridge hub internal terminal tools web/*.go); \
		if [ -n "$$bad" ]; then echo "not formatted, run make fmt:"; echo "$$bad"; exit 1; fi
	go vet ./...
	bin/lint/staticcheck ./...

.PHONY: vuln
vuln: bin/lint/govulncheck ## look for known holes (asks vuln.go.dev)
	bin/lint/govulncheck ./...

bin/lint/staticcheck: tools/lint/go.mod
	@mkdir -p bin/lint
	go -C tools/lint build -o ../../bin/lint/ honnef.co/go/tools/cmd/staticcheck

bin/lint/govulncheck: tools/lint/go.mod
	@mkdir -p bin/lint
	go -C tools/lint build -o ../../bin/lint/ golang.org/x/vuln/cmd/govulncheck

# ---- measure and prove

.PHONY: bench
bench: setup-test build ## measure beside the anchors; one table
	go run ./cmd/bench $(ARGS)

.PHONY: prove
prove: setup-test ## every proof, one line each
	@go run ./tools/prove

prove-%: setup-test ## one proof: prove-simulation, prove-mutants, prove-database
	@go run ./tools/prove $*

# ---- keep in order

.PHONY: fmt
fmt: ## format Go and the pages' sources
	gofmt -w cmd firmware-bridge hub internal terminal tools web/*.go
	npm --prefix web run --silent fix

.PHONY: generate
generate: setup ## write generated code anew: queries, OpenAPI document, types
	go -C tools/sqlc tool sqlc generate -f ../../hub/store/sqlc.yaml
	go generate ./...
	npm --prefix web run --silent generate

.PHONY: clean
clean: ## remove what was built; the demo's data in var/ stay
	rm -rf bin
	find web/dist -mindepth 1 ! -name placeholder.html -delete
