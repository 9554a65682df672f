// Who is there: name and post, and the site under it.

import type { Answerer } from './view.ts'

export function AnswererCard({ answerer }: { answerer: Answerer }) {
  return (
    <div className="answerer">
      <p className="who">
        <b>{answerer.name}</b> <span>{answerer.post}</span>
      </p>
      <p className="site">{answerer.site}</p>
    </div>
  )
}
