import { useTranslation } from 'react-i18next'
import type { Key } from '../api/schema.ts'

/**
 * Which key was pressed, by colour, shape and word together: a red octagon
 * (the stop sign's shape) or a green circle. No meaning hangs on colour alone.
 */
export function KeyMark({ of, size = 44 }: { of: Key; size?: number }) {
  const { t } = useTranslation()
  return (
    <span className={`key-mark ${of}`}>
      <svg width={size} height={size} viewBox="0 0 48 48" aria-hidden="true" focusable="false">
        {of === 'urgent' ? (
          <>
            <path d="M15 2h18l13 13v18L33 46H15L2 33V15z" fill="currentColor" />
            <path d="M24 11v17M24 35v1" stroke="#fff" strokeWidth="6" strokeLinecap="round" />
          </>
        ) : (
          <>
            <circle cx="24" cy="24" r="22" fill="currentColor" />
            <path
              d="M17 19a7 7 0 1 1 10.500 6c-2.500 1.500-3.500 2.500-3.500 5M24 36v.500"
              stroke="#fff"
              strokeWidth="5"
              strokeLinecap="round"
              fill="none"
            />
          </>
        )}
      </svg>
      <span className="key-word">{t(of === 'urgent' ? 'key_urgent' : 'key_enquiry')}</span>
    </span>
  )
}
