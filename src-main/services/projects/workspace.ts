import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError, toFailure } from '../../../src-shared/domain/failure.ts';
import type { Project, RecentProject } from '../../../src-shared/domain/project.ts';
import { sweep } from '../datasets/own-files.ts';
import type { Jobs } from '../jobs/interface.ts';
import { createJobs } from '../jobs/jobs.ts';
import type { Store } from '../store/interface.ts';
import { META, createStore, openStore } from '../store/store.ts';
import { readSummary, type Summary } from '../store/summary.ts';
import { checkProjectFolder, makeProjectFolder, projectFolder } from './folder.ts';
import { ProjectLock, type Door } from './lock.ts';
import { RecentList, type RecentEntry } from './recent.ts';

/** The open project with what works on it. It is a new object for each opening. */
export interface OpenProject {
  readonly project: Project;
  readonly store: Store;
  readonly jobs: Jobs;
}

interface Held extends OpenProject {
  readonly lock: ProjectLock;
}

export interface WorkspaceOptions {
  /** The application's own folder: the list of recent projects lies there. */
  readonly home: string;
  readonly door: Door;
  readonly emit: Emit;
  /** What else has the project's file open lets go of it. */
  readonly beforeClose?: () => Promise<void>;
}

/** Thumbnails on the home screen for the open project. */
const FACES = 3;

/** The one project that this process has open, and the list of those it had. */
export class Workspace {
  readonly #door: Door;
  readonly #emit: Emit;
  readonly #beforeClose: () => Promise<void>;
  readonly #recent: RecentList;
  #held: Held | null = null;
  /** Openings and closings run one after another. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor({ home, door, emit, beforeClose = () => Promise.resolve() }: WorkspaceOptions) {
    this.#door = door;
    this.#emit = emit;
    this.#beforeClose = beforeClose;
    this.#recent = new RecentList(home);
  }

  current(): Project | null {
    return this.#held?.project ?? null;
  }

  /** @throws FailureError 'conflict' when no project is open. */
  require(): OpenProject {
    if (this.#held !== null) return this.#held;
    throw new FailureError({
      kind: 'conflict',
      message: 'No project is open.',
      remedy: 'Open or create a project first.',
    });
  }

  /**
   * Makes a project in a new or empty folder and opens it in place of the one that was open.
   * @throws FailureError 'conflict', 'forbidden', 'locked', 'disk-full'.
   */
  create(path: string, name: string, { sample = false }: { sample?: boolean } = {}): Promise<Project> {
    return this.#exclusively(async () => {
      const folder = projectFolder(path);
      makeProjectFolder(folder);
      return this.#take(folder, () => {
        const store = createStore(folder, name);
        if (sample) store.setMeta(META.sample, '1');
        return store;
      });
    });
  }

  /**
   * Opens a project in place of the one that was open; when this one cannot be opened, that one stays.
   * @throws FailureError 'not-found', 'locked', 'unreadable', 'unsupported', 'forbidden', 'invalid'.
   */
  open(path: string): Promise<Project> {
    return this.#exclusively(async () => {
      const folder = projectFolder(path);
      if (this.#held?.project.path === folder) return this.#held.project;
      checkProjectFolder(folder);
      return this.#take(folder, () => openStore(folder));
    });
  }

  /** Takes a project off the list; its folder stays. */
  forget(path: string): void {
    this.#recent.remove(path);
  }

  recent(): RecentProject[] {
    return this.#recent.read().map((entry) => this.#describe(entry));
  }

  /** Cancels the project's jobs, waits for them, and closes it. */
  close(): Promise<void> {
    return this.#exclusively(async () => {
      if (this.#held === null) return;
      await this.#release();
      this.#emit('project.changed', { project: null });
    });
  }

  async #take(folder: string, openIt: () => Store): Promise<Project> {
    const lock = ProjectLock.take(folder, this.#door);
    let store: Store | null = null;
    try {
      store = openIt();
      // What was under way when the last process ended is not under way now.
      store.jobs.interrupt();
      store.runs.interrupt();
      store.datasets.removeUnfinished();
      await sweep(store);
      await this.#release();
      const project: Project = {
        path: folder,
        name: store.getMeta(META.name) ?? '',
        sample: store.getMeta(META.sample) === '1',
        openedAt: new Date().toISOString(),
      };
      this.#recent.add(project);
      this.#held = { project, store, lock, jobs: createJobs(store.jobs, this.#emit) };
      this.#emit('project.changed', { project });
      return project;
    } catch (thrown) {
      store?.close();
      lock.release();
      throw thrown;
    }
  }

  async #release(): Promise<void> {
    const held = this.#held;
    if (held === null) return;
    await held.jobs.shutdown();
    this.#held = null;
    await this.#beforeClose();
    held.store.close();
    held.lock.release();
  }

  #describe(entry: RecentEntry): RecentProject {
    const nothing = { images: 0, datasets: 0, runs: 0, reviewed: 0, bestAccuracy: null, faces: [] };
    try {
      const summary = readSummary(entry.path);
      return { ...entry, ...nothing, ...summary, faces: this.#faces(entry.path, summary), problem: null };
    } catch (thrown) {
      // A project that cannot be read is a line of the list with its reason, never a list that cannot be shown.
      return { ...entry, ...nothing, problem: toFailure(thrown).message };
    }
  }

  /** A few images of the open project, spread over its first dataset. */
  #faces(path: string, { datasets }: Summary): number[] {
    if (datasets === 0 || this.#held?.project.path !== path) return [];
    const { store } = this.#held;
    const [dataset] = store.datasets.list();
    if (dataset === undefined) return [];
    return store.images.sample(dataset.id, FACES);
  }

  #exclusively<T>(body: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(body, body);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}
