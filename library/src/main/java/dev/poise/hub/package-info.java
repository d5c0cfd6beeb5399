/// Models and data sets of the Hugging Face hub: what an id names, the cache that other tools share, downloads
/// that can be cut and go on, and are whole or not there at all.
///
/// The way of a file: [dev.poise.hub.HubId] -> [dev.poise.hub.Hub] -> [dev.poise.hub.HubClient] (what the hub
/// holds) -> [dev.poise.hub.HubCache] (what is at hand) -> [dev.poise.hub.Download]. Not here: what the files
/// mean.
@NullMarked
package dev.poise.hub;

import org.jspecify.annotations.NullMarked;
