// Reads "code<TAB>text" lines and writes "code<TAB>text<TAB>pinyin" for
// espeak-ng's voice cmn-latn-pinyin: tone numbers, 5 for the neutral tone,
// v for ü, clauses kept apart. Run by make.sh.

import { createRequire } from 'node:module'
import { join } from 'node:path'

const { pinyin, customPinyin } = createRequire(join(process.cwd(), 'x.js'))('pinyin-pro')
customPinyin({ 卡住: 'qiǎ zhù', 听得清: 'tīng de qīng', 等一等: 'děng yi děng' }) // what it reads wrongly
const marks = { '，': ',', '。': '.', '？': '?', '：': ':', '；': ';', '、': ',', '！': '!' }

let input = ''
for await (const part of process.stdin) input += part
for (const line of input.split('\n').filter(Boolean)) {
  const [code, text] = line.split('\t')
  const reading = pinyin(text, { toneType: 'num', v: true, type: 'array' })
    .map((s) => marks[s] ?? ` ${s.replace(/0$/, '5')}`)
    .join('')
    .trim()
  process.stdout.write(`${code}\t${text}\t${reading}\n`)
}
