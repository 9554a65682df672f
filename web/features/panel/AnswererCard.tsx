// Who is there: name and post, and the site under it. While their picture fills
// the place above, a small portrait stands beside the name.

import { Portrait } from './Portrait.tsx'
import type { Answerer } from './view.ts'

export function AnswererCard({ answerer, seen }: { answerer: Answerer; seen: boolean }) {
  return (
    <div className="answerer">
      {seen ? <Portrait answerer={answerer} /> : null}
      <div className="names">
        <p className="who">
          <b>{answerer.name}</b> <span>{answerer.post}</span>
        </p>
        <p className="site">{answerer.site}</p>
      </div>
    </div>
  )
}
