import { createTheme, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
  '#eef3ff',
  '#dce5fb',
  '#b7c8f3',
  '#8fa9ea',
  '#6d8ee3',
  '#567ddf',
  '#3f6ad6',
  '#2f58bf',
  '#274dab',
  '#1b4197',
];
/** Dark enough for white letters on it. */
const red: MantineColorsTuple = [
  '#fff0f0',
  '#ffdddd',
  '#f9b9b9',
  '#f39090',
  '#e86868',
  '#da4848',
  '#c62f2f',
  '#ad2626',
  '#941f1f',
  '#7a1818',
];
/** Slate: from text on dark ground down to the ground itself. */
const dark: MantineColorsTuple = [
  '#dfe3ea',
  '#b9c0cc',
  '#98a1b0',
  '#5d6778',
  '#343c4a',
  '#2a313d',
  '#1d222c',
  '#161a22',
  '#10131a',
  '#0b0d12',
];

/** What a reader that speaks says of the cross of a dialog. */
const closeButtonProps = { 'aria-label': 'Close' };

/**
 * How everything looks. The build turns it into a file of CSS variables (vite.config.ts), as the page may have no inline style
 * elements; for the same reason dialogs do not lock scrolling by one.
 */
export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 6, dark: 6 },
  colors: { brand, dark, red },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  // Named, not imported: what only some pages use is not loaded with the first.
  components: {
    Modal: { defaultProps: { lockScroll: false, centered: true, radius: 'md', closeButtonProps } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Drawer: { defaultProps: { lockScroll: false, closeButtonProps } },
    Tooltip: { defaultProps: { openDelay: 200, withinPortal: true } },
    Button: { defaultProps: { size: 'sm' } },
  },
});
