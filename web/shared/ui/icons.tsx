import type { ReactNode } from 'react'

/** Plain line drawings, 24 x 24; they stand beside words and are hidden from readers. */
function icon(drawing: ReactNode) {
  return function Icon({ size = 24 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    )
  }
}

export const BellIcon = icon(
  <path d="M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4M12 3v2M3 8a9 9 0 0 1 2-4M21 8a9 9 0 0 0-2-4" />,
)
export const TalkIcon = icon(
  <path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2M15 4a5 5 0 0 1 5 5M15 8a1 1 0 0 1 1 1" />,
)
export const HangUpIcon = icon(
  <path d="M3 15c5-6 13-6 18 0l-2.5 2.5-4-1.5v-3a10 10 0 0 0-5 0v3l-4 1.5z" />,
)
export const IdleIcon = icon(<circle cx="12" cy="12" r="7" />)
export const PenIcon = icon(<path d="M4 20l1-5L16 4l4 4L9 19zM13 7l4 4" />)
export const OfflineIcon = icon(
  <path d="M3 3l18 18M5 10a11 11 0 0 1 4-2M13 7.600a11 11 0 0 1 6 2.400M8 13.500a6 6 0 0 1 3-1.400M12 18h.01" />,
)
export const MicIcon = icon(
  <path d="M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3M5 11a7 7 0 0 0 14 0M12 18v3" />,
)
export const MicOffIcon = icon(
  <path d="M9 6a3 3 0 0 1 6 0v5M9 10v2a3 3 0 0 0 4.500 2.600M5 11a7 7 0 0 0 10.500 6M19 11a7 7 0 0 1-.600 2.800M12 18v3M3 3l18 18" />,
)
export const WarnIcon = icon(<path d="M12 4l9 16H3zM12 10v4M12 17h.01" />)
export const CheckIcon = icon(<path d="M5 12l5 5L19 7" />)
export const PersonIcon = icon(
  <path d="M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4 21c0-4 3.500-6 8-6s8 2 8 6" />,
)
export const LineIcon = icon(<path d="M4 12h5M15 12h5M9 8v8M15 8v8M9 12h6" />)
export const ClockIcon = icon(<path d="M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M12 7v5l3 3" />)
export const UnknownIcon = icon(
  <path d="M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M9.500 9.500a2.500 2.500 0 1 1 4 2c-1 .8-1.500 1.300-1.500 2.500M12 17h.01" />,
)
export const RetiredIcon = icon(<path d="M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M6 6l12 12" />)
export const AlarmIcon = icon(
  <path d="M6 18v-5a6 6 0 0 1 12 0v5M4 18h16v3H4zM12 2v2M3.500 6l1.500 1M20.500 6L19 7M12 10v3" />,
)
export const HushIcon = icon(<path d="M4 10v4h4l5 4V6L8 10zM17 9l4 6M21 9l-4 6" />)
