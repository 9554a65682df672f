import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { type ChangeEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { PersonIcon } from '@/shared/ui/icons.tsx'
import { dropPhoto, largest, ownPhotoQuery, putPhoto } from './photo.ts'
import { TakePhoto } from './TakePhoto.tsx'

/**
 * The photo that villagers see while one answers. A new one is looked at first,
 * cut as the kiosk shows it, and given only then.
 */
export function MyPhoto() {
  const { t } = useTranslation('duty')
  const queries = useQueryClient()
  const [chosen, setChosen] = useState<Blob | null>(null)
  const [taking, setTaking] = useState(false)
  const [wrong, setWrong] = useState('')
  const present = useQuery(ownPhotoQuery)
  const changed = () => {
    setChosen(null)
    return queries.invalidateQueries(ownPhotoQuery)
  }
  const put = useMutation({ mutationFn: putPhoto, onSuccess: changed })
  const drop = useMutation({ mutationFn: dropPhoto, onSuccess: changed })
  const choose = (file: Blob | null) => {
    put.reset()
    drop.reset()
    setTaking(false)
    const tooLarge = file !== null && file.size > largest
    setWrong(tooLarge ? t('photo_too_large') : '')
    setChosen(tooLarge ? null : file)
  }
  const failed = put.error ?? drop.error ?? present.error
  const sentence = wrong || (failed ? sentenceOf(failed) : '')
  return (
    <section className="sheet my-photo" aria-labelledby="photo-heading">
      <h2 id="photo-heading">{t('photo')}</h2>
      <p>{t('photo_means')}</p>
      {sentence && <Banner urgent>{sentence}</Banner>}
      {taking ? (
        <TakePhoto onTaken={choose} onLeave={() => setTaking(false)} />
      ) : (
        <div className="row">
          <Shown
            photo={chosen ?? present.data ?? null}
            words={t(chosen ? 'photo_preview' : 'photo_present')}
            onBroken={() => {
              setWrong(t('photo_unreadable'))
              setChosen(null)
            }}
          />
          <div className="buttons">
            {chosen ? (
              <>
                <Button type="primary" loading={put.isPending} onClick={() => put.mutate(chosen)}>
                  {t('photo_use')}
                </Button>
                <Button disabled={put.isPending} onClick={() => choose(null)}>
                  {t('photo_discard')}
                </Button>
              </>
            ) : (
              <>
                <ChooseFile onChosen={choose} />
                <Button onClick={() => setTaking(true)}>{t('photo_take')}</Button>
                {present.data && (
                  <Button danger loading={drop.isPending} onClick={() => drop.mutate()}>
                    {t('photo_remove')}
                  </Button>
                )}
              </>
            )}
          </div>
        </div>
      )}
    </section>
  )
}

interface ShownProps {
  photo: Blob | null
  words: string
  /** The browser cannot show it. */
  onBroken: () => void
}

/** The square that the kiosk would show. */
function Shown({ photo, words, onBroken }: ShownProps) {
  const { t } = useTranslation('duty')
  const [url, setUrl] = useState('')
  useEffect(() => {
    if (!photo) return
    const made = URL.createObjectURL(photo)
    setUrl(made)
    return () => {
      URL.revokeObjectURL(made)
      setUrl('')
    }
  }, [photo])
  if (url) return <img className="face" src={url} alt={words} onError={onBroken} />
  return (
    <div className="face none">
      <PersonIcon size={64} />
      <span>{t('photo_none')}</span>
    </div>
  )
}

/** On a phone this asks whether to take a picture or to choose one. */
function ChooseFile({ onChosen }: { onChosen: (file: File) => void }) {
  const { t } = useTranslation('duty')
  const input = useRef<HTMLInputElement>(null)
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    event.target.value = '' // the same file may be chosen again
    if (file) onChosen(file)
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png"
        aria-label={t('photo_choose')}
        hidden
        onChange={change}
      />
      <Button type="primary" onClick={() => input.current?.click()}>
        {t('photo_choose')}
      </Button>
    </>
  )
}
