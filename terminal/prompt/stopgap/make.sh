#!/bin/sh
# Makes the stopgap prompts anew: the readings (pinyin.tsv) and the sounds
# (../builtin). Run it after a change of the catalogue and commit what it
# writes. Needs Go, Node with npm, espeak-ng and opus-tools.
set -eu
cd "$(dirname "$0")/../../.."

work=var/prompts
rm -rf $work/wav
mkdir -p $work/wav
[ -d $work/node_modules/pinyin-pro ] ||
	(cd $work && echo '{"private":true}' >package.json && npm install --silent --no-audit --no-fund pinyin-pro@3.29.4)

CGO_ENABLED=0 go run ./cmd/terminal prompts list --plain >$work/texts.tsv
(cd $work && node ../../terminal/prompt/stopgap/pinyin.mjs <texts.tsv >pinyin.tsv)
cp $work/pinyin.tsv terminal/prompt/stopgap/pinyin.tsv

# Built again: the readings are embedded.
CGO_ENABLED=0 go run ./cmd/terminal prompts render --folder $work/wav --force
find terminal/prompt/builtin -name '*.ogg' -delete
find $work/wav -name '*.wav' | sort | while read -r wav; do
	ogg=terminal/prompt/builtin/${wav#"$work/wav/"}
	mkdir -p "$(dirname "$ogg")"
	# A fixed serial number: the same sound gives the same file.
	opusenc --quiet --speech --bitrate 24 --serial 1 --discard-comments "$wav" "${ogg%.wav}.ogg"
done
CGO_ENABLED=0 go run ./cmd/terminal prompts check
du -sh terminal/prompt/builtin
