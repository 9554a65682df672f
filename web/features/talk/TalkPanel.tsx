import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Call } from '@/shared/api/schema.ts'
import { clock, seconds } from '@/shared/format/index.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { useNowAs } from '@/shared/ui/clock.ts'
import { HangUpIcon, MicIcon, MicOffIcon } from '@/shared/ui/icons.tsx'
import { KeyMark } from '@/shared/ui/KeyMark.tsx'
import { LevelMeter } from './LevelMeter.tsx'
import type { Talking } from './room.ts'
import { useTalk, useTalking } from './useTalk.ts'
import type { Sparing } from './voiceFirst.ts'

export interface TalkPanelProps {
  call: Call
  /** Monotonic moment at which talking began, in milliseconds. */
  since: number
  onHangUp: () => void
  hangingUp: boolean
}

/** The conversation: who, how long, the villager's picture and voice. */
export function TalkPanel({ call, since, onHangUp, hangingUp }: TalkPanelProps) {
  const { t } = useTranslation('talk')
  const room = useTalk(call.id, call.requeued, call.spoke)
  const talking = useTalking(room)
  const elapsed = useNowAs((now) => seconds(now - since))
  const muted = talking.microphone === 'muted'
  const { rests } = talking.sparing
  return (
    <section className={`sheet talk ${call.key}`} aria-labelledby="talk-heading">
      <div className="call-head">
        <KeyMark of={call.key} />
        <div className="call-place">
          <h2 id="talk-heading">{t('with', { point: call.point.name })}</h2>
          <span className="quiet">{call.township.name}</span>
        </div>
        <span className="number" role="timer" aria-label={t('talked_for')}>
          {clock(elapsed * 1000)}
        </span>
      </div>
      <TalkState talking={talking} spoke={call.spoke} />
      <PicturesRest sparing={talking.sparing} />
      <Pictures talking={talking} point={call.point.name} />
      <LevelMeter room={room} />
      <div className="call-do">
        <Button
          size="large"
          aria-pressed={muted}
          icon={muted ? <MicOffIcon /> : <MicIcon />}
          onClick={() => room.mute(!muted)}
        >
          {muted ? t('unmute') : t('mute')}
        </Button>
        <Button size="large" onClick={() => room.sparePictures(!rests)}>
          {rests ? t('pictures_again') : t('voice_only')}
        </Button>
        <Button
          size="large"
          className="hang-up"
          icon={<HangUpIcon />}
          onClick={onHangUp}
          loading={hangingUp}
        >
          {t('hang_up')}
        </Button>
      </div>
    </section>
  )
}

function TalkState({ talking, spoke }: { talking: Talking; spoke: boolean }) {
  const { t } = useTranslation('talk')
  return (
    <>
      {talking.state === 'failed' && (
        <Banner urgent>{t('failed', { why: talking.problem ?? t('line_lost') })}</Banner>
      )}
      {talking.state === 'reconnecting' && <Banner>{t('reconnecting')}</Banner>}
      {talking.state === 'elsewhere' && <Banner urgent>{t('elsewhere')}</Banner>}
      {talking.microphone === 'missing' && <Banner urgent>{t('no_microphone')}</Banner>}
      <p role="status" className="talk-state">
        {talking.state === 'joining' && t('joining')}
        {talking.state === 'joined' && !talking.kioskThere && t('waiting_for_kiosk')}
        {talking.state === 'joined' && talking.kioskThere && t(spoke ? 'heard' : 'connected')}
        {talking.microphone === 'muted' && ` ${t('muted')}`}
      </p>
    </>
  )
}

/** Why there is no picture, and since when; the line mends it by itself. */
function PicturesRest({ sparing }: { sparing: Sparing }) {
  const { t } = useTranslation('talk')
  const now = useNowAs((n) => (sparing.since === null ? 0 : seconds(n - sparing.since)))
  if (!sparing.rests) return null
  const elapsed = clock(now * 1000)
  return (
    <Banner>
      <span data-testid="pictures-rest" data-why={sparing.why}>
        {t(sparing.byHand ? 'pictures_off' : 'pictures_rest', { for: elapsed })}
      </span>
    </Banner>
  )
}

function Pictures({ talking, point }: { talking: Talking; point: string }) {
  const { t } = useTranslation('talk')
  const theirs = useRef<HTMLVideoElement>(null)
  const { picture, ownPicture } = talking
  useEffect(() => {
    const element = theirs.current
    if (!picture || !element) return
    picture.attach(element)
    return () => void picture.detach(element)
  }, [picture])
  return (
    <div className="pictures">
      <video
        ref={theirs}
        className="theirs"
        autoPlay
        playsInline
        muted
        aria-label={t('picture_of', { point })}
      />
      {!picture && <p className="no-picture">{t('no_picture')}</p>}
      {ownPicture && <OwnPicture track={ownPicture} />}
    </div>
  )
}

function OwnPicture({ track }: { track: MediaStreamTrack }) {
  const { t } = useTranslation('talk')
  const [element, setElement] = useState<HTMLVideoElement | null>(null)
  useEffect(() => {
    if (element) element.srcObject = new MediaStream([track])
  }, [element, track])
  return (
    <video
      ref={setElement}
      className="own"
      autoPlay
      playsInline
      muted
      aria-label={t('own_picture')}
    />
  )
}
