/** The centre page: the county's supervisors. */
import { start } from '../staff/start.tsx'
import { Centre } from './Centre.tsx'

start({ page: 'centre', Work: Centre })
