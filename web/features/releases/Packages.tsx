import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Popconfirm } from 'antd'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { ReleasePackage, ReleasesOutputBody, Rollout } from '@/shared/api/schema.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { drop, releasesQuery, upload } from './api.ts'

type PackagesProps = ReleasesOutputBody & { inUse: Rollout | undefined }

/** The packages that the hub keeps, and the way in for another. */
export function Packages({ releases, most, signed, inUse }: PackagesProps) {
  const { t } = useTranslation('releases')
  const queries = useQueryClient()
  const dropping = useMutation({
    mutationFn: drop,
    onSettled: () => queries.invalidateQueries(releasesQuery),
  })
  const used = (p: ReleasePackage) => !!inUse && !inUse.can_begin && inUse.version === p.version
  return (
    <section className="sheet" aria-labelledby="packages-heading">
      <h2 id="packages-heading">{t('packages', { count: releases.length, most })}</h2>
      {dropping.isError && <Banner urgent>{sentenceOf(dropping.error)}</Banner>}
      {releases.length > 0 && (
        <table className="history">
          <thead>
            <tr>
              <th scope="col">{t('column_version')}</th>
              <th scope="col">{t('column_arch')}</th>
              <th scope="col">{t('column_size')}</th>
              <th scope="col">{t('column_digest')}</th>
              <th scope="col">{t('column_uploaded')}</th>
              <th scope="col">{t('column_do')}</th>
            </tr>
          </thead>
          <tbody>
            {releases.map((p) => (
              <tr key={`${p.version} ${p.arch}`}>
                <td>
                  <b>{p.version}</b>
                </td>
                <td>{t(p.arch === 'arm64' ? 'arch_arm64' : 'arch_amd64')}</td>
                <td className="number-like">{t('megabytes', { size: megabytes(p.size) })}</td>
                <td className="number-like">{p.sha256.slice(0, 12)}</td>
                <td>
                  {dayAndTime(p.uploaded_at)} {p.uploaded_by}
                </td>
                <td className="row-do">
                  {used(p) ? (
                    <span className="quiet">{t('in_use')}</span>
                  ) : (
                    <Popconfirm
                      title={t('drop_sure', { version: p.version, arch: p.arch })}
                      okText={t('drop')}
                      cancelText={t('cancel')}
                      onConfirm={() => dropping.mutate(p)}
                    >
                      <Button
                        size="small"
                        danger
                        aria-label={t('drop_of', { version: p.version, arch: p.arch })}
                      >
                        {t('drop')}
                      </Button>
                    </Popconfirm>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Upload signed={signed} />
    </section>
  )
}

const megabytes = (bytes: number) => Math.max(0.1, bytes / 1e6).toFixed(1)

/** Two files, chosen together or one by one, and what is wrong with them in words. */
function Upload({ signed }: { signed: boolean }) {
  const { t } = useTranslation('releases')
  const queries = useQueryClient()
  const [files, setFiles] = useState<File[]>([])
  const input = useRef<HTMLInputElement>(null)
  const field = useId()
  const manifest = files.find((f) => f.name.endsWith('.release'))
  const file = files.find((f) => f.name.endsWith('.deb'))
  const sending = useMutation({
    mutationFn: (pair: { manifest: File; file: File }) => upload(pair.manifest, pair.file),
    onSuccess: () => {
      setFiles([])
      if (input.current) input.current.value = ''
    },
    onSettled: () => queries.invalidateQueries(releasesQuery),
  })
  const lacks =
    files.length === 0 ? null : !file ? t('lacks_package') : !manifest ? t('lacks_manifest') : null
  return (
    <form
      className="upload"
      aria-label={t('upload_heading')}
      onSubmit={(event) => {
        event.preventDefault()
        if (manifest && file) sending.mutate({ manifest, file })
      }}
    >
      <h3>{t('upload_heading')}</h3>
      <p className="quiet">{t(signed ? 'upload_signed' : 'upload_unsigned')}</p>
      <label htmlFor={field}>{t('upload_files')}</label>
      <input
        id={field}
        ref={input}
        type="file"
        multiple
        accept=".deb,.release"
        disabled={sending.isPending}
        onChange={(event) => {
          sending.reset()
          setFiles([...(event.target.files ?? [])])
        }}
      />
      {lacks && <Banner>{lacks}</Banner>}
      {sending.isError && <Banner urgent>{sentenceOf(sending.error)}</Banner>}
      {sending.isSuccess && files.length === 0 && (
        <p role="status" className="ok">
          {t('uploaded', { version: sending.data.version, arch: sending.data.arch })}
        </p>
      )}
      <p className="call-do">
        <Button htmlType="submit" disabled={!manifest || !file} loading={sending.isPending}>
          {sending.isPending ? t('uploading') : t('upload')}
        </Button>
      </p>
    </form>
  )
}
