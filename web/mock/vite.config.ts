import { mergeConfig } from 'vite'
import base from '../vite.config.ts'
import { mockHub } from './hub.ts'

/**
 * `npm run mock`: the pages against a county that exists in this process only.
 * Accounts: niu1, niu2 (operators), daiban (duty leader), xian (supervisor), guanli
 * (administrator, sees devices on either page);
 * any password but "wrong". http://127.0.0.1:5173/desk and /centre.
 */
export default mergeConfig(base, {
  plugins: [mockHub()],
  server: { host: '127.0.0.1' },
  cacheDir: 'node_modules/.vite-mock',
})
