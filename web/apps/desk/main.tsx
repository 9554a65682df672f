/** The desk page: a township's operators and its duty leader. */
import { start } from '../staff/start.tsx'
import { Desk } from './Desk.tsx'

start({ page: 'desk', Work: Desk })
