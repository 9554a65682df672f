import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Banner } from '@/shared/ui/Banner.tsx'

interface Props {
  onTaken: (picture: Blob) => void
  onLeave: () => void
}

/** A picture by this machine's own camera, which is off again when it is taken. */
export function TakePhoto({ onTaken, onLeave }: Props) {
  const { t } = useTranslation('duty')
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<'opening' | 'ready' | 'none'>('opening')
  useEffect(() => {
    let left = false
    let stream: MediaStream | null = null
    const close = () => {
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
    const open = async () => {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' },
      })
      if (left || !video.current) return close()
      video.current.srcObject = stream
      await video.current.play()
      setState('ready')
    }
    // Without https there is no mediaDevices at all: that fails here too.
    open().catch(() => left || setState('none'))
    return () => {
      left = true
      close()
    }
  }, [])
  const take = () => {
    const from = video.current
    if (!from) return
    const canvas = document.createElement('canvas')
    canvas.width = from.videoWidth
    canvas.height = from.videoHeight
    canvas.getContext('2d')?.drawImage(from, 0, 0)
    canvas.toBlob((picture) => picture && onTaken(picture), 'image/jpeg', 0.92)
  }
  return (
    <div className="row">
      <video ref={video} className="face" muted playsInline aria-label={t('photo_camera')} />
      <div className="buttons">
        {state === 'none' && <Banner urgent>{t('photo_no_camera')}</Banner>}
        <Button type="primary" disabled={state !== 'ready'} onClick={take}>
          {t('photo_shoot')}
        </Button>
        <Button onClick={onLeave}>{t('photo_discard')}</Button>
      </div>
    </div>
  )
}
