import { QuietCall } from '@/features/calls/CallCard.tsx'
import { WrapUp } from '@/features/calls/WrapUp.tsx'
import { MyPhoto } from '@/features/duty/MyPhoto.tsx'
import { ShiftStart } from '@/features/duty/ShiftStart.tsx'
import { TalkPanel } from '@/features/talk/TalkPanel.tsx'
import { useLive } from '@/shared/live/index.ts'
import { useTheShift } from './shift.ts'
import type { CallDesk } from './useCallDesk.ts'

/** What this person does now: start the shift, talk, write down. */
export function InHand({ desk }: { desk: CallDesk }) {
  const shift = useTheShift()
  const { state } = useLive()
  const { talking, writing } = desk
  return (
    <>
      {(!shift.wanted || (!shift.onDuty && shift.busy)) && (
        <>
          <ShiftStart shift={shift} offline={state !== 'live'} />
          <MyPhoto />
        </>
      )}
      {talking?.quiet && <QuietCall />}
      {talking && (
        <TalkPanel
          key={talking.id}
          call={talking}
          since={desk.talksSince(talking)}
          onHangUp={desk.hangUp}
          hangingUp={desk.hangingUp}
        />
      )}
      {writing.map((call) => (
        <WrapUp key={call.id} call={call} onCallBack={() => desk.answer(call)} />
      ))}
    </>
  )
}
