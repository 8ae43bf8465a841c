import type { Migration } from '../migrate.ts';

const EXPRESSIONS = `('neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger', 'contempt')`;

/** Ids are never used again (AUTOINCREMENT): a thumbnail's address must not come to mean another image. */
const data = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,
  root TEXT NOT NULL,
  format TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('importing', 'ready')),
  classes TEXT NOT NULL,
  images INTEGER NOT NULL DEFAULT 0,
  broken INTEGER NOT NULL DEFAULT 0,
  splits TEXT NOT NULL DEFAULT '{}',
  report TEXT,
  created_at TEXT NOT NULL
) STRICT;

-- What came with the dataset. Never changed after the import: what people say stands in annotations.
CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  split TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ok', 'broken', 'excluded')),
  reason TEXT,
  label TEXT CHECK (label IN ${EXPRESSIONS}),
  raw_label TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  perceptual_hash TEXT NOT NULL,
  votes TEXT
) STRICT;
CREATE INDEX images_path ON images (dataset, path);
CREATE INDEX images_content ON images (dataset, content_hash) WHERE content_hash <> '';

-- Each image as it stands now: images + annotations, kept in step in the transaction that appends. Narrow and in the order of
-- the gallery, so that a million rows are scanned quickly. No key to images: images go only with their dataset.
CREATE TABLE states (
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  image INTEGER NOT NULL,
  split TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ok', 'broken', 'excluded')),
  label TEXT CHECK (label IN ${EXPRESSIONS}),
  reviewed INTEGER NOT NULL DEFAULT 0,
  flagged INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (dataset, image)
) STRICT, WITHOUT ROWID;
CREATE INDEX states_label ON states (dataset, label);
CREATE INDEX states_split ON states (dataset, split);
CREATE INDEX states_reviewed ON states (dataset) WHERE reviewed = 1;
CREATE INDEX states_flagged ON states (dataset) WHERE flagged = 1;
CREATE INDEX states_noted ON states (dataset) WHERE note <> '';
CREATE INDEX states_status ON states (dataset, status) WHERE status <> 'ok';
`;

const labels = `
CREATE TABLE annotators (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- One act of a person: one undo step. An undo or redo is an act of its own and names the batch that it takes back or repeats.
CREATE TABLE batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  action TEXT NOT NULL CHECK (action IN ('apply', 'undo', 'redo')),
  target INTEGER REFERENCES batches (id) ON DELETE CASCADE,
  annotator INTEGER NOT NULL REFERENCES annotators (id),
  at TEXT NOT NULL,
  CHECK ((action = 'apply') = (target IS NULL))
) STRICT;
CREATE INDEX batches_target ON batches (target) WHERE target IS NOT NULL;

-- The log. label_*: the label before and after; value_*: status, flag or note before and after, for those kinds.
CREATE TABLE annotations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch INTEGER NOT NULL REFERENCES batches (id),
  dataset INTEGER NOT NULL,
  image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('hard', 'clear', 'exclude', 'flag', 'note')),
  label_before TEXT,
  label_after TEXT,
  value_before TEXT,
  value_after TEXT,
  reviewed_before INTEGER NOT NULL,
  reviewed_after INTEGER NOT NULL
) STRICT;
CREATE INDEX annotations_batch ON annotations (batch);
CREATE INDEX annotations_image ON annotations (image);

-- Append-only, held by the database itself: a line goes only when its image has gone, and an image only with its dataset.
CREATE TRIGGER annotations_never_change BEFORE UPDATE ON annotations
BEGIN SELECT RAISE(ABORT, 'annotations are append-only'); END;
CREATE TRIGGER annotations_never_go BEFORE DELETE ON annotations
WHEN EXISTS (SELECT 1 FROM images WHERE id = OLD.image)
BEGIN SELECT RAISE(ABORT, 'annotations are append-only'); END;
CREATE TRIGGER images_go_with_their_dataset BEFORE DELETE ON images
WHEN EXISTS (SELECT 1 FROM datasets WHERE id = OLD.dataset)
BEGIN SELECT RAISE(ABORT, 'images go only with their dataset'); END;
CREATE TRIGGER batches_never_change BEFORE UPDATE ON batches
BEGIN SELECT RAISE(ABORT, 'batches are append-only'); END;
CREATE TRIGGER batches_never_go BEFORE DELETE ON batches
WHEN EXISTS (SELECT 1 FROM annotations WHERE batch = OLD.id)
BEGIN SELECT RAISE(ABORT, 'batches are append-only'); END;
`;

const runs = `
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('trained', 'imported')),
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  dataset INTEGER REFERENCES datasets (id) ON DELETE SET NULL,
  dataset_name TEXT,
  size TEXT NOT NULL,
  classes TEXT NOT NULL,
  vich INTEGER NOT NULL,
  layer_embedding INTEGER NOT NULL,
  train_split TEXT,
  val_split TEXT,
  settings TEXT,
  device TEXT NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0,
  epochs INTEGER NOT NULL,
  steps_per_epoch INTEGER NOT NULL DEFAULT 0,
  best TEXT,
  checkpoint TEXT,
  checkpoint_hash TEXT,
  process_seconds REAL NOT NULL DEFAULT 0,
  predictions INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT
) STRICT;

-- Losses of steps first, first + 1, ... as little-endian float32.
CREATE TABLE run_steps (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  first INTEGER NOT NULL,
  loss BLOB NOT NULL,
  PRIMARY KEY (run, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_epochs (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  learning_rate REAL NOT NULL,
  train_loss REAL NOT NULL,
  train_accuracy REAL NOT NULL,
  val_loss REAL,
  val_accuracy REAL,
  mean_sigma REAL,
  process_seconds REAL NOT NULL,
  PRIMARY KEY (run, epoch)
) STRICT, WITHOUT ROWID;

-- What the model said: mu and logvar in the run's order of classes, little-endian float32.
CREATE TABLE outputs (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  image INTEGER NOT NULL,
  mu BLOB NOT NULL,
  logvar BLOB,
  PRIMARY KEY (run, dataset, image)
) STRICT, WITHOUT ROWID;

-- What follows from it; loss and correct also from the current label. Apart from the blobs, so that scans stay narrow.
CREATE TABLE predictions (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  image INTEGER NOT NULL,
  predicted TEXT NOT NULL CHECK (predicted IN ${EXPRESSIONS}),
  correct INTEGER,
  loss REAL,
  sigma REAL,
  margin REAL NOT NULL,
  entropy REAL NOT NULL,
  PRIMARY KEY (run, dataset, image)
) STRICT, WITHOUT ROWID;
CREATE INDEX predictions_predicted ON predictions (run, dataset, predicted);
CREATE INDEX predictions_correct ON predictions (run, dataset, correct);
CREATE INDEX predictions_loss ON predictions (run, dataset, loss);
CREATE INDEX predictions_sigma ON predictions (run, dataset, sigma);
CREATE INDEX predictions_margin ON predictions (run, dataset, margin);
CREATE INDEX predictions_entropy ON predictions (run, dataset, entropy);
`;

const jobs = `
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  done REAL NOT NULL,
  total REAL NOT NULL,
  unit TEXT NOT NULL,
  rate REAL,
  eta_seconds REAL,
  text TEXT NOT NULL,
  run INTEGER,
  dataset INTEGER,
  error TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT
) STRICT;
`;

export const initial: Migration = { name: 'initial', sql: data + labels + runs + jobs };
