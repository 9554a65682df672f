/** Runs before each test file: the tests read Chinese, as the pages do. */
import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

// A bound, not a wait: a machine that builds at the same time is slow.
configure({ asyncUtilTimeout: 30_000 })

afterEach(() => cleanup())
