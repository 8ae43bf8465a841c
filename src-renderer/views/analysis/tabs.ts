/** What stands beside the matrix; the part of the address after /analysis names it. */
export const TABS = [
  { name: 'worst', title: 'Worst' },
  { name: 'intervals', title: 'Intervals' },
  { name: 'calibration', title: 'Calibration' },
  { name: 'uncertainty', title: 'Sigma' },
  { name: 'balance', title: 'Balance' },
  { name: 'slices', title: 'Slices' },
] as const;
export type Tab = (typeof TABS)[number]['name'];

export function tabFor(segment: string | undefined): Tab {
  return TABS.find(({ name }) => name === segment)?.name ?? 'worst';
}
