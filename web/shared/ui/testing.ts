/** Runs before each test file: the tests read Chinese, as the pages do. */
import { cleanup } from '@testing-library/react'
import { afterEach } from 'vitest'

afterEach(() => cleanup())
