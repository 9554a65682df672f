import type { ThemeConfig } from 'antd'

/**
 * Dark on light and calm. Red means that somebody may wait unheard: a red call,
 * or an alarm of a kiosk, whose presses may be lost. Errors, faults and warnings
 * are amber, so that red on a screen always means the same. All pairs that are
 * used for text reach 4.5:1 (WCAG 2.2, 1.4.3); axe checks them.
 */
export const colours = {
  ink: '#16232e',
  quiet: '#4a5a68',
  line: '#c9d3db',
  paper: '#f3f6f8',
  sheet: '#ffffff',
  lead: '#0b4a6f',
  urgent: '#b3131b',
  enquiry: '#0a6338',
  warn: '#7a4100',
  warnPaper: '#fff3dc',
} as const

export const theme: ThemeConfig = {
  token: {
    colorPrimary: colours.lead,
    colorInfo: colours.lead,
    colorLink: colours.lead,
    colorError: colours.warn,
    colorWarning: colours.warn,
    colorSuccess: colours.enquiry,
    colorText: colours.ink,
    colorTextBase: colours.ink,
    colorTextSecondary: colours.quiet,
    colorTextDescription: colours.quiet,
    colorTextPlaceholder: '#5d6c79',
    colorTextDisabled: '#5d6c79',
    colorBorder: '#7d8c99',
    colorBgLayout: colours.paper,
    fontFamily:
      '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", system-ui, sans-serif',
    fontSize: 18,
    controlHeight: 44,
    borderRadius: 6,
    motion: false, // nothing moves at the edge of the eye but a call
  },
  components: {
    Button: { fontWeight: 600 },
    Notification: { width: 300 },
    Radio: { radioSize: 22, dotSize: 11 },
  },
}
