import { useTranslation } from 'react-i18next'
import type { Person } from '@/shared/api/schema.ts'
import { PersonIcon } from '@/shared/ui/icons.tsx'

/** Who is on duty at this site now. */
export function OnDuty({ people, me }: { people: Person[]; me: Person }) {
  const { t } = useTranslation('duty')
  return (
    <section className="sheet" aria-labelledby="duty-heading">
      <h2 id="duty-heading">{t('on_duty', { count: people.length })}</h2>
      {people.length === 0 ? (
        <p className="nobody">{t('nobody')}</p>
      ) : (
        <ul className="people">
          {people.map((person) => (
            <li key={person.id}>
              <PersonIcon size={20} />
              <span>
                <b>{person.name}</b> {person.post}
                {person.id === me.id && <span className="quiet"> {t('that_is_you')}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
