import { CallQueue } from '@/features/calls/CallQueue.tsx'
import { OnDuty } from '@/features/duty/OnDuty.tsx'
import { ChildLines } from '@/features/points/ChildLines.tsx'
import { PointGrid } from '@/features/points/PointGrid.tsx'
import { type Book, useLive } from '@/shared/live/index.ts'
import { InHand } from '../staff/InHand.tsx'
import { useCallDesk } from '../staff/useCallDesk.ts'

/** The county's command centre: every point, every open call, every line. */
export function Centre() {
  const { book } = useLive()
  return book ? <CentreOf book={book} /> : null
}

function CentreOf({ book }: { book: Book }) {
  const desk = useCallDesk(book)
  return (
    <div className="centre">
      <div className="calls-side">
        <InHand desk={desk} />
        <CallQueue
          calls={desk.queue}
          others={desk.queue.length < book.calls.size}
          me={book.me}
          site={book.site}
          onAnswer={desk.answer}
          onHandle={desk.handle}
        />
      </div>
      <div className="county-side">
        <PointGrid points={book.points} calls={book.calls} />
        <div className="county-foot">
          <ChildLines sites={book.site.children} />
          <OnDuty people={book.onDuty} me={book.me} />
        </div>
      </div>
    </div>
  )
}
