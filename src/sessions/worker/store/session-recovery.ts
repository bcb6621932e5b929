import type { HumanEdit, SessionManifest } from '../../shared/session';
import { foldEdits, isHumanEdit, isRecognitionEntry } from '../../shared/human-labels';
import { cutLabels } from '../../shared/edit-labels';
import { parseJsonLines, toJsonLines } from '../../shared/json-lines';
import { DRAWN, DrawnFrames, isDrawn } from '../recorder/drawn-frames';
import { videoInfoOf, repairVideo } from './video-repair';
import { DeviceFile } from './device-file';
import { appendLines, folderBytes, HUMAN, LABELS, readManifest, readText, sessionsFolder, writeManifest } from './session-folder';

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

/**
 * Makes a session whole that was broken off. Its lock has to be held.
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
  const matched = drawn.length > 0 ? new DrawnFrames(shown, drawn) : undefined;
  const all = parseJsonLines(await readText(folder, LABELS), isRecognitionEntry);
  const placed = matched ? all.flatMap((entry) => matched.recognition(entry) ?? []) : all;
  const recognitions = placed.filter((entry) => entry.timeUs <= cut.lastUs);
  const edits = parseJsonLines(await readText(folder, HUMAN), isHumanEdit);
  const moved = matched?.edits(foldEdits(edits)) ?? [];
  const cuts: HumanEdit[] = [...moved, ...cutLabels(foldEdits([...edits, ...moved]), cut.lastUs, cut.durationUs)];
  const human = foldEdits([...edits, ...cuts]);
  if (cut.frames === 0 && human.snapshots.length === 0) {
    await (await sessionsFolder()).removeEntry(id, { recursive: true });
    return undefined;
  }
  // First: on a full device the labels have no other room to grow by a digit.
  if (drawn.length > 0) await folder.removeEntry(DRAWN);
  if (matched || recognitions.length < all.length) await rewriteLabels(folder, toJsonLines(recognitions));
  if (cuts.length > 0) await appendLines(folder, HUMAN, cuts);
  const createdAt = before?.createdAt ?? Date.now();
  const manifest: SessionManifest = {
    version: 1,
    id,
    name: before?.name ?? new Date(createdAt).toISOString().slice(0, 16).replace('T', ' '),
    createdAt,
    models: before?.models ?? [],
    state: 'recovered',
    durationUs: cut.durationUs,
    film: before?.film ?? videoInfoOf(name, cut),
    bytes: await folderBytes(folder),
    recognitions: recognitions.length,
    spans: human.spans.length,
    snapshots: human.snapshots.length,
  };
  await writeManifest(folder, manifest);
  return manifest;
}
