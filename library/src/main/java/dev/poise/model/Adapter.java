package dev.poise.model;

import dev.poise.model.Architecture.Output;
import dev.poise.model.Parameter.Order;
import dev.poise.model.Parameter.Part;
import dev.poise.model.Parameter.Role;
import dev.poise.torch.Owned;
import dev.poise.torch.Precision;
import dev.poise.torch.Tensors;
import dev.poise.torch.Torch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// A low-rank adapter: A and B of every adapted linear map, side by side in one buffer, as a decoder's own
/// [Parameters] are. What trains a decoder trains an adapter by the same operations.
///
/// The adapter of a reward model holds the vector that scores are read by as well, whole, as PEFT does
/// (`modules_to_save`): it has no weights to be a small change of.
final class Adapter implements AutoCloseable {

    /// What every key of PEFT's files begins with.
    static final String PREFIX = "base_model.model.";

    /// Where a head's map is found, whatever it is tied to.
    static final String HEAD = "head";

    private final Lora lora;
    private final Architecture architecture;
    private final Precision precision;
    private final Map<String, List<Site>> sites; // by the name of the map, in the order of their rows
    private final Parameters parameters;
    private final Owned owned = new Owned();

    /// A linear map of `transformers`, and the rows that it is here.
    ///
    /// @param map the name of the map that holds the rows, such as `layers.3.attention.query_key_value`
    /// @param module its name in `transformers`, such as `model.layers.3.self_attn.q_proj`
    /// @param from its first row in the map
    /// @param outputs its rows
    /// @param inputs its columns
    /// @param order how files order its rows
    record Site(String map, String module, long from, long outputs, long inputs, Order order) {

        /// Whether it gives logits.
        boolean head() {
            return map.equals(HEAD);
        }

        private Part down(int rank) {
            return new Part(PREFIX + module + ".lora_A.weight", rank);
        }

        /// PEFT keeps B as `[outputs, r]` whatever the order of the map that it belongs to.
        private Part up() {
            return new Part(
                    PREFIX + module + ".lora_B.weight", outputs, new Order(false, order.heads(), order.kinds()));
        }
    }

    /// @param sites what is adapted, in the order of [#sites(Architecture)]
    /// @param trainable whether gradients are kept
    Adapter(Lora lora, Architecture architecture, List<Site> sites, Precision precision, boolean trainable) {
        this.lora = lora;
        this.architecture = architecture;
        this.precision = precision;
        this.sites = sites.stream().collect(Collectors.groupingBy(Site::map, LinkedHashMap::new, Collectors.toList()));
        this.parameters = new Parameters(layout(), precision, trainable);
    }

    private List<Parameter> layout() {
        List<Parameter> layout = new ArrayList<>();
        sites.forEach((map, adapted) -> {
            Part[] downs = adapted.stream().map(site -> site.down(lora.rank())).toArray(Part[]::new);
            layout.add(Parameter.of(down(map), Role.LINEAR, adapted.getFirst().inputs(), downs));
            for (int i = 0; i < adapted.size(); i++) {
                layout.add(Parameter.of(
                        up(map, i), Role.LINEAR, lora.rank(), adapted.get(i).up()));
            }
        });
        if (architecture.scores()) {
            Part score = new Part(PREFIX + Family.SCORE.key(), Family.SCORE.rows());
            layout.add(Parameter.of(Output.SCORE.parameter(), Role.LINEAR, architecture.width(), score));
        }
        return layout;
    }

    private static String down(String map) {
        return map + ".lora_A.weight";
    }

    private static String up(String map, int index) {
        return map + ".lora_B." + index + ".weight";
    }

    /// Every linear map of an architecture that can be adapted, in the order of its parameters, the head last.
    static List<Site> sites(Architecture architecture) {
        List<Site> sites = new ArrayList<>();
        for (Parameter parameter : architecture.family().layout(architecture)) {
            boolean block = parameter.role() == Role.LINEAR && parameter.name().startsWith("layers.");
            long from = 0;
            for (Part part : parameter.parts()) {
                if (block) {
                    sites.add(site(parameter, part, from));
                }
                from += part.rows();
            }
        }
        if (!architecture.scores()) {
            sites.add(new Site(HEAD, "lm_head", 0, architecture.vocabulary(), architecture.width(), Order.SAME));
        }
        return sites;
    }

    private static Site site(Parameter parameter, Part part, long from) {
        return new Site(bare(parameter.name()), bare(part.key()), from, part.rows(), parameter.columns(), part.order());
    }

    private static String bare(String weight) {
        return weight.substring(0, weight.length() - ".weight".length());
    }

    /// The linear maps of an architecture that an adapter's targets name.
    ///
    /// @throws IllegalArgumentException when a target names none, or the rank is above a map's width
    static List<Site> chosen(Lora lora, Architecture architecture) {
        List<Site> all = sites(architecture);
        for (String target : lora.targets()) {
            if (!target.equals(Lora.ALL_LINEAR) && all.stream().noneMatch(site -> Lora.named(target, site.module()))) {
                throw new IllegalArgumentException("adapter targets must be among "
                        + all.stream().map(Adapter::last).distinct().collect(Collectors.joining(", ")) + " or "
                        + Lora.ALL_LINEAR + " alone, got " + target + refusal(target, architecture));
            }
        }
        List<Site> chosen = all.stream()
                .filter(site -> lora.targets(site.module(), site.head()))
                .toList();
        for (Site site : chosen) {
            long narrow = Math.min(site.inputs(), site.outputs());
            if (lora.rank() > narrow) {
                throw new IllegalArgumentException(
                        "an adapter's rank must be at most " + narrow + ", the smaller side of " + site.module() + " ["
                                + site.outputs() + ", " + site.inputs() + "], got " + lora.rank());
            }
        }
        return chosen;
    }

    private static String refusal(String target, Architecture architecture) {
        boolean embeds = architecture.family().layout(architecture).stream()
                .filter(parameter -> parameter.role() == Role.EMBEDDING)
                .flatMap(parameter -> parameter.parts().stream())
                .anyMatch(part -> Lora.named(target, bare(part.key())));
        return embeds ? ", an embedding: adapters of embeddings are not supported" : "";
    }

    private static String last(Site site) {
        return site.module().substring(site.module().lastIndexOf('.') + 1);
    }

    /// Rank, scaling and targets.
    Lora lora() {
        return lora;
    }

    /// What is trained: A and B of every map, and a reward model's vector.
    Parameters parameters() {
        return parameters;
    }

    /// Everything that is adapted, in order.
    List<Site> sites() {
        return sites.values().stream().flatMap(Collection::stream).toList();
    }

    /// Whether the head is adapted.
    boolean adaptsHead() {
        return sites.containsKey(HEAD);
    }

    /// Makes it new as PEFT does: A uniform within ±1/√in (Kaiming's bound √(6/((1 + a²) in)) at a = √5), B zero, so
    /// that it changes nothing; a reward model's vector as the base has it.
    ///
    /// @param base what it adapts
    /// @param seed of the draws: the same seed gives the same values on every machine
    void initialise(Parameters base, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        sites.forEach((map, adapted) -> {
            Tensor down = parameters.master(down(map));
            double bound = 1 / Math.sqrt((double) adapted.getFirst().inputs());
            double[] drawn = random.doubles(down.numel(), -bound, bound).toArray();
            Torch.withoutGradients(
                    () -> down.copy_(Tensors.of(drawn, precision.sums()).view(down.shape())));
        });
        if (architecture.scores()) {
            String score = Output.SCORE.parameter();
            Torch.withoutGradients(() -> parameters.master(score).copy_(base.master(score)));
        }
        parameters.refresh();
    }

    /// The low-rank part of a map, with its graph; null where the map has none.
    @Nullable
    LowRank update(String map) {
        List<Site> adapted = sites.get(map);
        if (adapted == null) {
            return null;
        }
        List<LowRank.Up> ups = new ArrayList<>();
        for (int i = 0; i < adapted.size(); i++) {
            ups.add(new LowRank.Up(parameters.weight(up(map, i)), adapted.get(i).from()));
        }
        return new LowRank(parameters.weight(down(map)), ups, lora.scaling(), precision);
    }

    /// The low-rank part of the head; empty where it has none.
    Optional<HeadUpdate> ofHead() {
        return adaptsHead()
                ? Optional.of(new HeadUpdate(
                        parameters.product(down(HEAD)),
                        parameters.product(up(HEAD, 0)),
                        gradient(down(HEAD)),
                        gradient(up(HEAD, 0)),
                        lora.scaling(),
                        precision))
                : Optional.empty();
    }

    private Tensor gradient(String name) {
        return parameters.trainable() ? parameters.gradient(name) : owned.keep(Tensors.zeros(precision.sums(), 0));
    }

    /// Adds s B A to the maps of a whole model, in the type of master weights, and puts a reward model's vector in
    /// its place.
    ///
    /// @param whole has a head of its own where the head is adapted
    void addTo(Parameters whole) {
        sites.forEach((map, adapted) -> {
            for (int i = 0; i < adapted.size(); i++) {
                Site site = adapted.get(i);
                Tensor up = parameters.master(up(map, i));
                Tensor down = parameters.master(down(map)).narrow(0, (long) i * lora.rank(), lora.rank());
                Torch.withoutGradients(() -> whole.master(map + ".weight")
                        .narrow(0, site.from(), site.outputs())
                        .addmm_(up, down, Tensors.scalar(1), Tensors.scalar(lora.scaling())));
            }
        });
        if (architecture.scores()) {
            String score = Output.SCORE.parameter();
            Torch.withoutGradients(() -> whole.master(score).copy_(parameters.master(score)));
        }
        whole.refresh();
    }

    @Override
    public void close() {
        owned.close();
        parameters.close();
    }
}
