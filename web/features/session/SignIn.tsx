import { useMutation } from '@tanstack/react-query'
import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { Me } from '@/shared/api/schema.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { signIn } from './api.ts'

interface Words {
  account: string
  password: string
}

/** Account and password; `onSignedIn` gets who it is. */
export function SignIn({ title, onSignedIn }: { title: string; onSignedIn: (me: Me) => void }) {
  const { t } = useTranslation('session')
  const attempt = useMutation({ mutationFn: signIn, onSuccess: onSignedIn })
  return (
    <main className="sign-in sheet">
      <h1>{title}</h1>
      <p className="quiet">{t('invitation')}</p>
      {attempt.isError && <Banner urgent>{sentenceOf(attempt.error)}</Banner>}
      <Form<Words>
        layout="vertical"
        requiredMark={false}
        onFinish={(words) => attempt.mutate(words)}
        disabled={attempt.isPending}
      >
        <Form.Item
          name="account"
          label={t('account')}
          rules={[{ required: true, message: t('account_missing') }]}
        >
          <Input size="large" autoComplete="username" autoFocus autoCapitalize="off" />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('password')}
          rules={[{ required: true, message: t('password_missing') }]}
        >
          <Input.Password size="large" autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" size="large" htmlType="submit" block loading={attempt.isPending}>
          {t('sign_in')}
        </Button>
      </Form>
    </main>
  )
}
