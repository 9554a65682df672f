// The one sentence on the glass. It breaks only between clauses, never inside a
// word: half a word at the end of a line is hard for a slow reader.

/** `|` starts a new line; a comma is a place where a line may break. */
export function Sentence({ text }: { text: string }) {
  return (
    <div role="status" aria-live="assertive">
      <h1 className="sentence">
        {text.split('|').map((line) => (
          <span key={line} className="row">
            {line.split(/(?<=[，,:])/).map((clause) => (
              <span key={clause} className="clause">
                {clause}
              </span>
            ))}
          </span>
        ))}
      </h1>
    </div>
  )
}
