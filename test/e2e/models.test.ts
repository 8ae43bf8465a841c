import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import type { Api } from './api.ts';
import { expectAccessible } from './axe.ts';
import { sampleCheckpoint, writeForeign } from './foreign.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';
import { checkpoint, op, pickle } from '../unit/engine/checkpoint/pytorch/pickle.ts';

/** A busy machine takes its time. */
const PATIENCE = { timeout: 60_000 };

browserSuite('models in a browser', () => {
  let home: string;
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({ width: 1280, height: 800 }, (opened) => {
    ({ home, api, page, go } = opened);
  });
  beforeEach(async () => {
    // Whatever a failed test left open.
    await page.keyboard.press('Escape');
    await go('/models');
  });

  async function pick(dialog: Locator, label: string, file: string): Promise<void> {
    const path = dialog.getByRole('textbox', { name: `${label}: path` });
    await path.fill(file);
    await path.press('Enter');
  }

  it('a foreign checkpoint is read, held against the official names, tried in each order, and becomes a model', async () => {
    const file = join(home, 'foreign.safetensors');
    writeForeign(sampleCheckpoint, file);
    await page.getByRole('button', { name: 'Import model' }).click();
    const dialog = page.getByRole('dialog');
    await pick(dialog, 'Checkpoint', file);
    await dialog.getByText(/all numbers are finite/).waitFor(PATIENCE);
    await dialog.getByText('Unexpected: 1').click();
    await dialog.getByText('module.aux_head.weight').waitFor();
    await dialog.getByText(/^Missing: \d+$/).click();
    await dialog.getByText('face_landback.conv1.bn.num_batches_tracked', { exact: true }).waitFor();
    const order = dialog.getByRole('combobox', { name: /Class order/ });
    const verdict = dialog.getByText(/^With this order the accuracy is/);
    // What fits the labels is proposed: the sample's model has AffectNet's order.
    expect(await order.inputValue()).toBe('affectnet7');
    const right = Number(/is ([\d.]+)%/.exec(await verdict.innerText())?.[1]);
    expect(right).toBeGreaterThan(50);
    await order.selectOption('rafdb');
    const wrong = await verdict.innerText();
    expect(wrong).toMatch(new RegExp(`with that of AffectNet, 7 classes ${right.toFixed(1)}%`));
    expect(Number(/is ([\d.]+)%/.exec(wrong)?.[1])).toBeLessThan(right);
    // By hand, from RAF-DB's order to AffectNet's: the accuracy follows each change.
    await order.selectOption('hand');
    const take = dialog.getByRole('button', { name: 'Import', exact: true });
    for (const [index, name] of ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger'].entries()) {
      await dialog.getByRole('combobox', { name: `Output ${index + 1}` }).selectOption(name);
      if (index === 0) {
        await dialog.getByText('Named twice').first().waitFor();
        expect(await take.isDisabled()).toBe(true);
      }
    }
    expect(await verdict.innerText()).toContain(`is ${right.toFixed(1)}%`);
    await expectAccessible(page, 'dialog[open]');
    await take.click();
    await dialog.waitFor({ state: 'hidden', ...PATIENCE });
    const runs = await api.get('runs.list', {});
    const imported = runs.find(({ kind }) => kind === 'imported');
    expect(runs.map(({ name }) => name)).toContain('foreign');
    expect(imported?.classes).toEqual(['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger']);
    await page.getByRole('row', { name: /^foreign/ }).waitFor();
  });

  it('a hostile pickle is refused by name', async () => {
    const file = join(home, 'evil.pth');
    writeFileSync(
      file,
      checkpoint(pickle(op.global('posix', 'system'), op.mark, op.text('touch /tmp/x'), op.tuple, op.reduce)),
    );
    await page.getByRole('button', { name: 'Import model' }).click();
    const dialog = page.getByRole('dialog');
    await pick(dialog, 'Checkpoint', file);
    await dialog
      .getByRole('alert')
      .getByText(/posix\.system/)
      .waitFor(PATIENCE);
    expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
    await expectAccessible(page, 'dialog[open]');
    await page.keyboard.press('Escape');
  });

  it('an export is written, read again and compared, and the figure is kept; a bundle stands whole', async () => {
    await page.getByRole('row').filter({ hasText: 'VICH' }).last().click();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const dialog = page.getByRole('dialog');
    const file = join(home, 'out.onnx');
    await dialog.getByRole('textbox', { name: 'File' }).fill(file);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog
      .getByText(/largest difference to the app’s own output \d(\.\d)?e\u2212\d+ on 32 validation images/)
      .waitFor(PATIENCE);
    expect(existsSync(file)).toBe(true);
    await expectAccessible(page, 'dialog[open]');
    await dialog.getByRole('radio', { name: 'Bundle' }).click();
    const folder = join(home, 'hand-off');
    await dialog.getByRole('textbox', { name: 'New folder' }).fill(folder);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText(`The bundle stands in ${folder}.`).waitFor(PATIENCE);
    expect(readdirSync(folder)).toContain('README.md');
    expect(readFileSync(join(folder, 'classes.txt'), 'utf8').split('\n')[0]).toBe('neutral');
    // Once more into the same folder: nothing is overwritten, and the dialog says so.
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog
      .getByRole('alert')
      .getByText(/is not empty/)
      .waitFor(PATIENCE);
    await page.keyboard.press('Escape');
    await page.getByText(/float32, .*: largest difference/).waitFor();
  });

  it('a training starts from a file of weights, which is looked through first', async () => {
    const file = join(home, 'foreign.safetensors');
    if (!existsSync(file)) writeForeign(sampleCheckpoint, file);
    await go('/train');
    await page.getByRole('radio', { name: 'Tiny' }).click();
    await page.getByRole('button', { name: 'Add file' }).click();
    const dialog = page.getByRole('dialog');
    await pick(dialog, 'File of weights', file);
    await dialog.getByText(/^foreign\.safetensors: whole network, \d+ of \d+ tensors fit\.$/).waitFor(PATIENCE);
    await expectAccessible(page, 'dialog[open]');
    await dialog.getByRole('button', { name: 'Start from it' }).click();
    await page.getByRole('list', { name: 'Files of initial weights' }).getByText('foreign.safetensors').waitFor();
    // Another size: the form says what is wrong before anything starts.
    await page.getByRole('radio', { name: 'Paper', exact: true }).click();
    await page.getByText(/“foreign\.safetensors” fits the model Tiny/).waitFor();
    await page.getByRole('button', { name: 'Take out foreign.safetensors' }).click();
    expect(await page.getByText(/fits the model Tiny/).count()).toBe(0);
  });
});
