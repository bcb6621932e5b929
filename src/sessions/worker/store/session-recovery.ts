import type { HumanEdit, HumanLabels, RecognitionEntry, SessionManifest } from '../../shared/session';
import { foldEdits, isHumanEdit, isRecognitionEntry } from '../../shared/human-labels';
import { cutLabels } from '../../shared/edit-labels';
import { parseJsonLines, sortJsonLines, toJsonLines } from '../../shared/json-lines';
import type { VideoCut } from '../../shared/video/video-cut';
import { DRAWN, DrawnFrames, isDrawn } from '../recorder/drawn-frames';
import { videoInfoOf, repairVideo } from './video-repair';
import { DeviceFile } from './device-file';
import {
  appendLines, folderBytes, HUMAN, LABELS, readManifest, readText, sessionsFolder, setManifestAside, writeManifest,
} from './session-folder';

const VIDEOS = ['film.mp4', 'film.webm'];

async function videoName(folder: FileSystemDirectoryHandle): Promise<string | undefined> {
  for await (const name of folder.keys()) if (VIDEOS.includes(name)) return name;
  return undefined;
}

/** Writes the labels anew, where some reach beyond the video. */
async function rewriteLabels(folder: FileSystemDirectoryHandle, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  const file = await DeviceFile.open(folder, LABELS);
  try {
    file.write(bytes, 0);
    file.truncate(bytes.length);
    file.flush();
  } finally {
    file.close();
  }
}

/** Cuts off the room that a recorder had taken behind its lines: zeros. */
async function cutRoom(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  const text = await readText(folder, name);
  if (!text.endsWith('\0')) return;
  const file = await DeviceFile.open(folder, name);
  try {
    file.truncate(new TextEncoder().encode(text.replace(/\0+$/, '')).length);
    file.flush();
  } finally {
    file.close();
  }
}

/** The end of what was labelled, microseconds: how long a film is that cannot be read itself. */
function labelledUs(recognitions: readonly RecognitionEntry[], { spans, snapshots }: HumanLabels): number {
  const ends = [recognitions.map(({ timeUs }) => timeUs), spans.map(({ endUs }) => endUs), snapshots.map(({ timeUs }) => timeUs)].flat();
  return ends.reduce((latest, us) => Math.max(latest, us), 0);
}

/** Labels as they are brought into what is left of a film. */
interface PlacedLabels {
  readonly recognitions: readonly RecognitionEntry[];
  readonly human: HumanLabels;
  /** Edits that are to be appended for that. */
  readonly cuts: readonly HumanEdit[];
  /** The recognitions' file, where it is to be written anew. */
  readonly rewritten: string | undefined;
}

/**
 * Makes a session whole that was broken off. Its lock has to be held. Where its film is damaged all files stay as they are, and its manifest
 * says so.
 * @returns its manifest, state `recovered`; undefined where there was nothing in it and its folder was removed
 */
export async function recoverSession(id: string, folder: FileSystemDirectoryHandle): Promise<SessionManifest | undefined> {
  const before = await readManifest(folder);
  const name = before?.film.file ?? (await videoName(folder)) ?? VIDEOS[0];
  const video = await DeviceFile.open(folder, name);
  // Only MediaRecorder's videos have times that are not ours.
  const drawn = parseJsonLines(await readText(folder, DRAWN), isDrawn).flat();
  let cut;
  const shown: number[] = [];
  try {
    cut = repairVideo(video, shown);
  } finally {
    video.close();
  }
  for (const lines of [LABELS, HUMAN]) await cutRoom(folder, lines);
  const { values: all, unreadable } = sortJsonLines(await readText(folder, LABELS), isRecognitionEntry);
  const { values: edits, unreadable: unreadableEdits } = sortJsonLines(await readText(folder, HUMAN), isHumanEdit);
  // Labels without one frame are of a film that is lost.
  const damaged = cut.damaged || (cut.frames === 0 && all.length + unreadable.length + edits.length + unreadableEdits.length > 0);
  const matched = drawn.length > 0 && !damaged ? new DrawnFrames(shown, drawn) : undefined;
  const { recognitions, human, cuts, rewritten } = damaged ? asTheyAre(all, edits) : place(all, edits, cut, matched);
  if (cut.frames === 0 && !damaged && human.snapshots.length === 0) {
    await (await sessionsFolder()).removeEntry(id, { recursive: true });
    return undefined;
  }
  // First: on a full device the labels have no other room to grow by a digit.
  if (matched) await folder.removeEntry(DRAWN);
  // What cannot be read is not thrown away.
  if (rewritten !== undefined) await rewriteLabels(folder, rewritten + unreadable.map((line) => `${line}\n`).join(''));
  if (cuts.length > 0) await appendLines(folder, HUMAN, cuts);
  const told = before ?? (await setManifestAside(folder));
  const createdAt = told.createdAt ?? Date.now();
  const manifest: SessionManifest = {
    version: 1,
    id,
    name: told.name ?? new Date(createdAt).toISOString().slice(0, 16).replace('T', ' '),
    createdAt,
    models: before?.models ?? [],
    state: 'recovered',
    ...(damaged && { flaw: 'film-damaged' as const }),
    durationUs: damaged ? Math.max(cut.durationUs, labelledUs(recognitions, human)) : cut.durationUs,
    film: before?.film ?? videoInfoOf(name, cut),
    bytes: await folderBytes(folder),
    recognitions: recognitions.length,
    spans: human.spans.length,
    snapshots: human.snapshots.length,
  };
  await writeManifest(folder, manifest);
  return manifest;
}

const asTheyAre = (recognitions: readonly RecognitionEntry[], edits: readonly HumanEdit[]): PlacedLabels => ({
  recognitions, human: foldEdits(edits), cuts: [], rewritten: undefined,
});

/** Brings labels into what is left of the film, and, where MediaRecorder made it, to its frames' own times. */
function place(all: readonly RecognitionEntry[], edits: readonly HumanEdit[], cut: VideoCut, matched: DrawnFrames | undefined): PlacedLabels {
  const placed = matched ? all.flatMap((entry) => matched.recognition(entry) ?? []) : all;
  const recognitions = placed.filter((entry) => entry.timeUs <= cut.lastUs);
  const moved = matched?.edits(foldEdits(edits)) ?? [];
  const cuts: HumanEdit[] = [...moved, ...cutLabels(foldEdits([...edits, ...moved]), cut.lastUs, cut.durationUs)];
  const rewritten = matched || recognitions.length < all.length ? toJsonLines(recognitions) : undefined;
  return { recognitions, human: foldEdits([...edits, ...cuts]), cuts, rewritten };
}
