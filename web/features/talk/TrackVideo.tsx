import { useEffect, useRef } from 'react'

type Props = { track: MediaStreamTrack; className: string; label: string }

/** A picture without its sound: the voice is played apart, and once. */
export function TrackVideo({ track, className, label }: Props) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const element = video.current
    if (!element) return
    element.srcObject = new MediaStream([track])
    return () => {
      element.srcObject = null
    }
  }, [track])
  return <video ref={video} className={className} aria-label={label} autoPlay playsInline muted />
}
