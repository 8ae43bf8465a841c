import type { Opinion } from '../../../src-shared/domain/label.ts';

/** What people say of images, as it stands. */
export interface StandingOpinion {
  readonly image: number;
  readonly annotator: string;
  readonly opinion: Opinion;
}

export interface OpinionTable {
  /** Every opinion on a dataset, by image and annotator's name. */
  of(dataset: number): StandingOpinion[];
  /** What an annotator says of some images. */
  by(annotator: string, images: readonly number[]): Map<number, Opinion>;
  /** Images that an annotator has an opinion on. */
  imagesOf(dataset: number, annotator: string): Int32Array;
  /** Names of everybody who has acted in this project, with the number of their opinions. */
  annotators(): { name: string; opinions: number }[];
  /** Images whose label was decided in a queue, by anybody, in an act that stands. */
  decidedIn(dataset: number, queue: string): Int32Array;
  /** Decisions that were made in a queue and stand, and how many of them changed the label. */
  decisions(dataset: number, queue: string): { decisions: number; changed: number };
}
