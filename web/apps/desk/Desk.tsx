import { CallQueue } from '@/features/calls/CallQueue.tsx'
import { TicketList } from '@/features/devices/TicketList.tsx'
import { OnDuty } from '@/features/duty/OnDuty.tsx'
import { PointList } from '@/features/points/PointList.tsx'
import { type Book, useLive } from '@/shared/live/index.ts'
import { InHand } from '../staff/InHand.tsx'
import { useCallDesk } from '../staff/useCallDesk.ts'
import { useTickets } from '../staff/useTickets.ts'

/** The township's desk: what rings, what is broken, what is in hand, who is there. */
export function Desk() {
  const { book } = useLive()
  return book ? <DeskOf book={book} /> : null
}

function DeskOf({ book }: { book: Book }) {
  const desk = useCallDesk(book)
  const { list, warningOf } = useTickets(book)
  return (
    <div className="desk">
      <div className="calls-side">
        <CallQueue
          calls={desk.queue}
          others={desk.queue.length < book.calls.size}
          me={book.me}
          site={book.site}
          warningOf={warningOf}
          onAnswer={desk.answer}
          onHandle={desk.handle}
        />
        <TicketList {...list} />
      </div>
      <div className="in-hand">
        <InHand desk={desk} />
      </div>
      <div className="aside">
        <OnDuty people={book.onDuty} me={book.me} />
        <PointList points={book.points} calls={book.calls} onDetails={list.onDetails} />
      </div>
    </div>
  )
}
