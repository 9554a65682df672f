import type { QueryClient } from '@tanstack/react-query'
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { meQuery } from '@/features/session/api.ts'
import { isSignedOut } from '@/shared/api/problem.ts'
import { CallCourse } from './CallCourse.tsx'
import { Devices } from './Devices.tsx'
import { History } from './History.tsx'
import { LoadFailed, NothingHere } from './LoadFailed.tsx'
import { SignInRoute } from './SignInRoute.tsx'
import { Staff } from './Staff.tsx'

export interface Audience {
  /** As Me.pages names it. */
  page: 'desk' | 'centre'
  /** What stands between header and foot while somebody works. */
  Work: () => ReactNode
}

/**
 * The routes of a staff page. They live behind the # so that the hub serves one
 * file per audience and a reload always finds it.
 */
export function makeRouter({ page, Work }: Audience, queries: QueryClient) {
  const root = createRootRoute({ component: Outlet, notFoundComponent: NothingHere })
  const signIn = createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    component: () => <SignInRoute page={page} />,
  })
  const staff = createRoute({
    getParentRoute: () => root,
    id: 'staff',
    beforeLoad: async () => {
      try {
        await queries.ensureQueryData(meQuery)
      } catch (error) {
        if (isSignedOut(error)) throw redirect({ to: '/sign-in' })
        throw error
      }
    },
    component: () => <Staff page={page} Work={Work} />,
    errorComponent: LoadFailed,
  })
  // Staff itself shows the work, and keeps it while another route is looked at.
  const work = createRoute({ getParentRoute: () => staff, path: '/', component: () => null })
  const history = createRoute({ getParentRoute: () => staff, path: '/calls', component: History })
  const devices = createRoute({ getParentRoute: () => staff, path: '/devices', component: Devices })
  const course = createRoute({
    getParentRoute: () => staff,
    path: '/calls/$call',
    component: CallCourse,
  })
  return createRouter({
    routeTree: root.addChildren([signIn, staff.addChildren([work, history, course, devices])]),
    history: createHashHistory(),
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
