import { CallQueue } from '@/features/calls/CallQueue.tsx'
import { OnDuty } from '@/features/duty/OnDuty.tsx'
import { PointList } from '@/features/points/PointList.tsx'
import { type Book, useLive } from '@/shared/live/index.ts'
import { InHand } from '../staff/InHand.tsx'
import { useCallDesk } from '../staff/useCallDesk.ts'

/** The township's desk: what rings, what is in hand, who else is there. */
export function Desk() {
  const { book } = useLive()
  return book ? <DeskOf book={book} /> : null
}

function DeskOf({ book }: { book: Book }) {
  const desk = useCallDesk(book)
  return (
    <div className="desk">
      <CallQueue
        calls={desk.queue}
        others={desk.queue.length < book.calls.size}
        me={book.me}
        site={book.site}
        onAnswer={desk.answer}
        onHandle={desk.handle}
      />
      <div className="in-hand">
        <InHand desk={desk} />
      </div>
      <div className="aside">
        <OnDuty people={book.onDuty} me={book.me} />
        <PointList points={book.points} calls={book.calls} />
      </div>
    </div>
  )
}
