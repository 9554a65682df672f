// The page between the two keys. It only shows: what it is told comes from
// Kiosk.tsx, so every screen can be looked at without a terminal or a room.

import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Ailments } from '@/features/panel/Ailments.tsx'
import { AnswererCard } from '@/features/panel/AnswererCard.tsx'
import { ailmentsOf, keyFault } from '@/features/panel/ailments.ts'
import { HelperCorner, HelperMenu } from '@/features/panel/HelperMenu.tsx'
import { LineLamp } from '@/features/panel/LineLamp.tsx'
import { PanelKey } from '@/features/panel/PanelKey.tsx'
import { PhoneList } from '@/features/panel/PhoneList.tsx'
import { FaultMark, Picture, type VoiceFault } from '@/features/panel/Picture.tsx'
import { Portrait } from '@/features/panel/Portrait.tsx'
import { Sentence } from '@/features/panel/Sentence.tsx'
import { type Screen, showsPhones } from '@/features/panel/screen.ts'
import type { Panel } from '@/features/panel/usePanel.ts'
import type { Volume } from '@/features/panel/useVolume.ts'
import type { Key, View } from '@/features/panel/view.ts'
import { DarkPage } from './DarkPage.tsx'
import { VoiceOnly } from './VoiceOnly.tsx'
import { type Voice, type VoiceWords, voiceWords } from './voice.ts'

const faultOf: Partial<Record<VoiceWords, VoiceFault>> = {
  voice_failed: 'no_sound',
  voice_elsewhere: 'no_sound',
  voice_mute: 'no_mic',
  voice_tap: 'tap',
}

type Props = {
  panel: Panel
  voice: Voice
  volume: Volume
  theirs: ReactNode
  mine: ReactNode
  onPractise: () => void
}

/** Nobody calls here: the helper may open the menu, and faults are shown. */
const atRest = new Set(['idle', 'cut', 'broken'])

export function KioskPage(props: Props) {
  const { panel, voice } = props
  const { screen, view } = panel
  return (
    <main
      className={screen.dark ? 'kiosk dark' : showsPhones(screen.name) ? 'kiosk lists' : 'kiosk'}
      data-state={view?.state ?? 'unknown'}
      data-screen={screen.name}
      data-key={screen.key ?? ''}
      data-call={view?.call ?? ''}
      data-answerer={screen.answerer?.name ?? ''}
      data-voice={voice.phase}
      data-mic={voice.mic}
      data-rests={voice.rests}
      data-sound={panel.sound ?? ''}
      data-said={panel.said}
      data-quiet={screen.dark}
    >
      {screen.dark ? <DarkPage panel={panel} screen={screen} /> : <LitPage {...props} />}
    </main>
  )
}

function LitPage({ panel, voice, volume, theirs, mine, onPractise }: Props) {
  const { screen, view } = panel
  const [wanted, setWanted] = useState(false)
  const rests = atRest.has(screen.name)
  if (wanted && !rests) setWanted(false) // a call is more than a menu
  const menu = wanted && rests && view
  const key = (of: Key) => ({
    of,
    active: screen.key === of,
    demo: view?.demo_keys === true,
    rates: screen.name === 'rating' || screen.name === 'rated',
    fault: keyFault(of, view?.faults ?? []),
    onDown: panel.down,
    onUp: panel.up,
    onTouch: (touched: Key) => {
      if (rests) panel.say([`key_${touched}`])
    },
  })
  return (
    <>
      <header className="head">
        <HelperCorner onOpen={() => setWanted(true)} />
        <p className="place">
          {view?.township} {view?.point}
        </p>
        {view && screen.name !== 'gone' ? <LineLamp home={view.home} county={view.county} /> : null}
      </header>
      <PanelKey {...key('urgent')} />
      {menu ? (
        <HelperMenu
          view={menu}
          volume={volume}
          say={panel.say}
          onPractise={() => {
            setWanted(false)
            onPractise()
          }}
          onClose={() => setWanted(false)}
        />
      ) : (
        <Stage panel={panel} voice={voice} theirs={theirs} mine={mine} />
      )}
      <PanelKey {...key('enquiry')} />
    </>
  )
}

type StageProps = Pick<Props, 'panel' | 'voice' | 'theirs' | 'mine'>

function Stage({ panel, voice, theirs, mine }: StageProps) {
  const { t } = useTranslation('kiosk')
  const { screen, view } = panel
  const words = voiceWords(screen, voice)
  const fault = words && faultOf[words]
  const picture = pictureOf(screen)
  const fails = view && screen.name === 'idle' ? failing(view) : null
  const own = screen.held ? 'say_held' : fails
  const say = t(words ?? own ?? `say_${picture}`)
  if (showsPhones(screen.name)) {
    return (
      <section className="stage" aria-label={t('title')}>
        <div className="top">
          <Picture name={screen.name} />
          <Sentence text={say} />
        </div>
        <PhoneList phones={screen.phones} />
      </section>
    )
  }
  return (
    <section className="stage" aria-label={t('title')}>
      <Sentence text={say} />
      <Middle screen={screen} theirs={theirs} mine={mine}>
        {fault ? <FaultMark fault={fault} /> : words === 'voice_only' ? <VoiceOnly /> : null}
      </Middle>
      {view && screen.name === 'idle' ? <Ailments of={ailmentsOf(view)} /> : null}
    </section>
  )
}

/** The words for one key that does not work while the other one does; what it was for, that does. */
function failing(view: View) {
  for (const key of ['urgent', 'enquiry'] as const) {
    const fault = keyFault(key, view.faults)
    if (fault) return `say_${fault}_${key}` as const
  }
  return null
}

const pictureOf = (screen: Screen) =>
  screen.name === 'rated' && screen.key === 'urgent' ? 'rated_bad' : screen.name

type MiddleProps = { screen: Screen; theirs: ReactNode; mine: ReactNode; children: ReactNode }

/** The screen's picture, or a face while somebody talks, or both. */
function Middle({ screen, theirs, mine, children }: MiddleProps) {
  const talking = screen.name === 'answered'
  const { answerer } = screen
  const aside = theirs !== null || !talking // the middle is taken
  return (
    <>
      <div className="faces">
        {talking ? null : <Picture name={pictureOf(screen)} />}
        {theirs}
        {answerer && !(aside && children) ? <Portrait answerer={answerer} small={aside} /> : null}
        {mine}
        {children}
      </div>
      {answerer ? <AnswererCard answerer={answerer} /> : null}
    </>
  )
}
