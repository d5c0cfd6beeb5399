package dev.poise.cli.bench;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What a process took of the machine, and what it had to share it with.
///
/// @param peakBytes the most memory that was resident; empty where the system does not tell
/// @param otherCores how many cores all other processes kept busy on average while it ran; empty as well. Where it
///     is far from 0, times say more about those than about the process.
record Usage(OptionalLong peakBytes, OptionalDouble otherCores) {}
