/** What the operating system says of the hardware: names, memory, drivers. What cannot be told is left out, never guessed. */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cpus } from 'node:os';

export interface GraphicsCard {
  readonly name: string;
  readonly memoryBytes: number | null;
  readonly driver: string | null;
  readonly maker: 'nvidia' | 'other' | 'software';
}

const PATIENCE_MS = 8_000;
const MIB = 1024 ** 2;

/** "Intel(R) Xeon(R) … (2 threads)". */
export function processorName(): string {
  const threads = cpus();
  return `${threads[0]?.model.trim() || 'Processor'} (${threads.length} ${threads.length === 1 ? 'thread' : 'threads'})`;
}

/** Graphics cards, the most capable maker's first; none where the system does not tell. */
export async function graphicsCards(platform: NodeJS.Platform = process.platform): Promise<readonly GraphicsCard[]> {
  const software = softwareRenderer(process.env);
  if (software !== null) return [software];
  const nvidia = nvidiaCards(await output('nvidia-smi', NVIDIA_QUERY));
  const others = platform === 'linux' ? await linuxCards() : platform === 'darwin' ? await macCards() : [];
  const windows = platform === 'win32' ? windowsCards(await output('powershell', WINDOWS_QUERY)) : [];
  return [...nvidia, ...[...others, ...windows].filter(({ maker }) => maker !== 'nvidia' || nvidia.length === 0)];
}

/** A Vulkan driver that a person chose by hand, as tests do, and that computes on the processor. */
export function softwareRenderer(env: Readonly<Record<string, string | undefined>>): GraphicsCard | null {
  const driver = env['VK_ICD_FILENAMES'] ?? env['VK_DRIVER_FILES'];
  if (driver === undefined || !/swiftshader|lvp_icd/i.test(driver)) return null;
  return {
    name: 'Software renderer on the processor',
    memoryBytes: null,
    driver: basename(driver, '.json'),
    maker: 'software',
  };
}

const NVIDIA_QUERY = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'];

/** @param csv lines such as "NVIDIA H100 80GB HBM3, 81559, 550.54.15", memory in MiB. */
export function nvidiaCards(csv: string): GraphicsCard[] {
  return csv.split('\n').flatMap((line): GraphicsCard[] => {
    const [name, memory, driver] = line.split(',').map((cell) => cell.trim());
    if (!name || !driver) return [];
    const mebibytes = Number(memory);
    return [{ name, memoryBytes: mebibytes > 0 ? mebibytes * MIB : null, driver, maker: 'nvidia' }];
  });
}

const MAKERS: Readonly<Record<string, string>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };

/** From the kernel's own list of graphics devices. */
async function linuxCards(root = '/sys/class/drm'): Promise<GraphicsCard[]> {
  const entries = await readdir(root).catch(() => []);
  const cards = entries.filter((name) => /^card\d+$/.test(name));
  const read = (card: string, file: string): Promise<string> =>
    readFile(join(root, card, 'device', file), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  const found = await Promise.all(
    cards.map(async (card): Promise<GraphicsCard | null> => {
      const vendor = await read(card, 'vendor');
      const maker = MAKERS[vendor];
      if (maker === undefined) return null;
      const [device, memory, uevent] = await Promise.all([
        read(card, 'device'),
        read(card, 'mem_info_vram_total'),
        read(card, 'uevent'),
      ]);
      return {
        name: `${maker} graphics (${vendor.slice(2)}:${device.slice(2)})`,
        memoryBytes: Number(memory) > 0 ? Number(memory) : null,
        driver: /^DRIVER=(.+)$/m.exec(uevent)?.[1] ?? null,
        maker: maker === 'NVIDIA' ? 'nvidia' : 'other',
      };
    }),
  );
  return found.filter((card) => card !== null);
}

async function macCards(): Promise<GraphicsCard[]> {
  const text = await output('system_profiler', ['SPDisplaysDataType', '-json']);
  const parsed = parseJson(text);
  if (!isRecord(parsed)) return [];
  return records(parsed['SPDisplaysDataType']).flatMap((card): GraphicsCard[] => {
    const name = card['sppci_model'];
    return typeof name === 'string' ? [{ name, memoryBytes: null, driver: null, maker: 'other' }] : [];
  });
}

const WINDOWS_QUERY = [
  '-NoProfile',
  '-Command',
  'Get-CimInstance Win32_VideoController | Select-Object Name,DriverVersion | ConvertTo-Json',
];

/** @param json one object, or a list of them where there are several cards. */
export function windowsCards(json: string): GraphicsCard[] {
  return records(parseJson(json)).flatMap((card): GraphicsCard[] => {
    const { Name: name, DriverVersion: driver } = card;
    if (typeof name !== 'string') return [];
    const version = typeof driver === 'string' ? driver : null;
    return [{ name, memoryBytes: null, driver: version, maker: /nvidia/i.test(name) ? 'nvidia' : 'other' }];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function records(value: unknown): Record<string, unknown>[] {
  return (Array.isArray(value) ? value : [value]).filter(isRecord);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a program prints; nothing where it is missing, fails or takes too long. */
function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: PATIENCE_MS, windowsHide: true }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}
