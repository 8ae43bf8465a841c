import type { LucideIcon } from '@lucide/svelte';
import Activity from '@lucide/svelte/icons/activity';
import Box from '@lucide/svelte/icons/box';
import Cpu from '@lucide/svelte/icons/cpu';
import Database from '@lucide/svelte/icons/database';
import GitCompare from '@lucide/svelte/icons/git-compare';
import Grid from '@lucide/svelte/icons/grid-3x3';
import History from '@lucide/svelte/icons/history';
import SettingsIcon from '@lucide/svelte/icons/settings';
import List from '@lucide/svelte/icons/list';
import House from '@lucide/svelte/icons/house';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Tag from '@lucide/svelte/icons/tag';
import type { Component } from 'svelte';

/** A view of the rail. Views load when they are first opened. */
export interface View {
  /** Hash path; the view also gets every path below it ("/train" gets "/train/12"). */
  readonly path: string;
  readonly title: string;
  readonly icon: LucideIcon;
  /** Second key after G. */
  readonly letter: string;
  /** Lines in the rail stand between groups. */
  readonly group: 'start' | 'data' | 'model' | 'end';
  /** Shows a dot in the rail while a job of this kind runs. */
  readonly live?: 'train' | 'import' | 'benchmark';
  /** Without the lists of the project it would have nothing to show. */
  readonly needs: 'project' | 'nothing';
  readonly load: () => Promise<{ default: Component }>;
}

/** In the rail's order. */
export const VIEWS: readonly View[] = [
  {
    path: '/home',
    title: 'Home',
    icon: House,
    letter: 'E',
    group: 'start',
    needs: 'nothing',
    load: () => import('./home/Home.svelte'),
  },
  {
    path: '/data',
    title: 'Data',
    icon: Database,
    letter: 'D',
    group: 'data',
    live: 'import',
    needs: 'project',
    load: () => import('./import/Data.svelte'),
  },
  {
    path: '/gallery',
    title: 'Gallery',
    icon: LayoutGrid,
    letter: 'G',
    group: 'data',
    needs: 'project',
    load: () => import('./gallery/Gallery.svelte'),
  },
  {
    path: '/triage',
    title: 'Triage',
    icon: Tag,
    letter: 'T',
    group: 'data',
    needs: 'project',
    load: () => import('./triage/Triage.svelte'),
  },
  {
    path: '/analysis',
    title: 'Analysis',
    icon: Grid,
    letter: 'A',
    group: 'data',
    needs: 'project',
    load: () => import('./analysis/Analysis.svelte'),
  },
  {
    path: '/history',
    title: 'History',
    icon: History,
    letter: 'Y',
    group: 'data',
    needs: 'project',
    load: () => import('./history/History.svelte'),
  },
  {
    path: '/train',
    title: 'Train',
    icon: Activity,
    letter: 'N',
    group: 'model',
    live: 'train',
    needs: 'project',
    load: () => import('./train/Train.svelte'),
  },
  {
    path: '/runs',
    title: 'Runs',
    icon: List,
    letter: 'R',
    group: 'model',
    needs: 'project',
    load: () => import('./runs/Runs.svelte'),
  },
  {
    path: '/compare',
    title: 'Compare',
    icon: GitCompare,
    letter: 'X',
    group: 'model',
    needs: 'project',
    load: () => import('./compare/Compare.svelte'),
  },
  {
    path: '/models',
    title: 'Models',
    icon: Box,
    letter: 'O',
    group: 'model',
    needs: 'project',
    load: () => import('./models/Models.svelte'),
  },
  {
    path: '/devices',
    title: 'Devices',
    icon: Cpu,
    letter: 'H',
    group: 'model',
    live: 'benchmark',
    needs: 'nothing',
    load: () => import('./devices/Devices.svelte'),
  },
  {
    path: '/settings',
    title: 'Settings',
    icon: SettingsIcon,
    letter: 'S',
    group: 'end',
    needs: 'nothing',
    load: () => import('./settings/Settings.svelte'),
  },
];

/** The view for a path; an unknown path leads to the first view. */
export function viewFor(path: string): View {
  const found = VIEWS.find((view) => path === view.path || path.startsWith(`${view.path}/`));
  const first = found ?? VIEWS[0];
  if (first === undefined) throw new Error('There is no view.');
  return first;
}
