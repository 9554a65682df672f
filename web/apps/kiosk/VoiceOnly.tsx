/** The picture rests, the voice goes on: a camera crossed out beside a voice that sounds. */
export function VoiceOnly() {
  return (
    <svg className="voice-only" viewBox="0 0 200 100" aria-hidden="true" data-sign="voice-only">
      <path d="M14 30h46v40H14zM60 46l22-12v32L60 54z" className="pale" />
      <path d="M8 84L88 16" className="cross" />
      <path d="M112 40h12l18-16v52l-18-16h-12z" className="loud" />
      <path d="M156 36c7 8 7 20 0 28M170 26c13 14 13 34 0 48" className="waves" />
    </svg>
  )
}
