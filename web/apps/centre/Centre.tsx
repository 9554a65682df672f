import { CallQueue } from '@/features/calls/CallQueue.tsx'
import { CountyTickets } from '@/features/devices/TicketList.tsx'
import { OnDuty } from '@/features/duty/OnDuty.tsx'
import { ChildLines } from '@/features/points/ChildLines.tsx'
import { PointGrid } from '@/features/points/PointGrid.tsx'
import { type Book, useLive } from '@/shared/live/index.ts'
import { InHand } from '../staff/InHand.tsx'
import { useCallDesk } from '../staff/useCallDesk.ts'
import { useTickets } from '../staff/useTickets.ts'

/** The county's command centre: every point, every open call, every line. */
export function Centre() {
  const { book } = useLive()
  return book ? <CentreOf book={book} /> : null
}

function CentreOf({ book }: { book: Book }) {
  const desk = useCallDesk(book)
  const { list, warningOf } = useTickets(book)
  return (
    <div className="centre">
      <div className="calls-side">
        <InHand desk={desk} />
        <CallQueue
          calls={desk.queue}
          others={desk.queue.length < book.calls.size}
          me={book.me}
          site={book.site}
          warningOf={warningOf}
          onAnswer={desk.answer}
          onHandle={desk.handle}
        />
        <CountyTickets {...list} county={book.site.unit} />
      </div>
      <div className="county-side">
        <PointGrid points={book.points} calls={book.calls} onDetails={list.onDetails} />
        <div className="county-foot">
          <ChildLines sites={book.site.children} />
          <OnDuty people={book.onDuty} me={book.me} />
        </div>
      </div>
    </div>
  )
}
