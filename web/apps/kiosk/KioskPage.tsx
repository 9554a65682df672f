// The page between the two keys. It only shows: what it is told comes from
// Kiosk.tsx, so every screen can be looked at without a terminal or a room.

import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { AnswererCard } from '@/features/panel/AnswererCard.tsx'
import { LineLamp } from '@/features/panel/LineLamp.tsx'
import { PanelKey } from '@/features/panel/PanelKey.tsx'
import { PhoneList } from '@/features/panel/PhoneList.tsx'
import { FaultMark, Picture, Portrait, type VoiceFault } from '@/features/panel/Picture.tsx'
import { Sentence } from '@/features/panel/Sentence.tsx'
import { type Screen, showsPhones } from '@/features/panel/screen.ts'
import type { Panel } from '@/features/panel/usePanel.ts'
import { type Voice, type VoiceWords, voiceWords } from './voice.ts'

const faultOf: Partial<Record<VoiceWords, VoiceFault>> = {
  voice_failed: 'no_sound',
  voice_elsewhere: 'no_sound',
  voice_mute: 'no_mic',
  voice_tap: 'tap',
}

type Props = { panel: Panel; voice: Voice; theirs: ReactNode; mine: ReactNode }

export function KioskPage({ panel, voice, theirs, mine }: Props) {
  const { t } = useTranslation('kiosk')
  const { screen, view } = panel
  const lists = showsPhones(screen.name)
  const words = voiceWords(screen, voice)
  const fault = words && faultOf[words]
  const say = t(words ?? (screen.held ? 'say_held' : `say_${screen.name}`))
  const key = { demo: view?.demo_keys === true, onDown: panel.down, onUp: panel.up }
  return (
    <main
      className={lists ? 'kiosk lists' : 'kiosk'}
      data-state={view?.state ?? 'unknown'}
      data-screen={screen.name}
      data-key={screen.key ?? ''}
      data-call={view?.call ?? ''}
      data-answerer={screen.answerer?.name ?? ''}
      data-voice={voice.phase}
      data-mic={voice.mic}
      data-sound={panel.sound ?? ''}
    >
      <header className="head">
        <p className="place">
          {view?.township} {view?.point}
        </p>
        {view && screen.name !== 'gone' ? <LineLamp home={view.home} county={view.county} /> : null}
      </header>
      <PanelKey of="urgent" active={screen.key === 'urgent'} {...key} />
      <section className="stage" aria-label={t('title')}>
        {lists ? (
          <>
            <div className="top">
              <Picture name={screen.name} />
              <Sentence text={say} />
            </div>
            <PhoneList phones={screen.phones} />
          </>
        ) : (
          <>
            <Sentence text={say} />
            <Middle screen={screen} theirs={theirs} mine={mine}>
              {fault ? <FaultMark fault={fault} /> : null}
            </Middle>
          </>
        )}
      </section>
      <PanelKey of="enquiry" active={screen.key === 'enquiry'} {...key} />
    </main>
  )
}

type MiddleProps = { screen: Screen; theirs: ReactNode; mine: ReactNode; children: ReactNode }

/** The screen's picture, or a face while somebody talks, or both. */
function Middle({ screen, theirs, mine, children }: MiddleProps) {
  const talking = screen.name === 'answered'
  return (
    <>
      <div className="faces">
        {talking ? null : <Picture name={screen.name} />}
        {theirs ?? (talking ? <Portrait /> : null)}
        {mine}
        {children}
      </div>
      {screen.answerer ? <AnswererCard answerer={screen.answerer} /> : null}
    </>
  )
}
