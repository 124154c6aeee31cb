"""`Plan`: models, tasks and seeds of a comparison, and the runs that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from treebanks import AnyTreebank
from treebanks.grammar_treebank import GrammarTreebank
from treenn.datasets.loading import load_dataset
from treenn.experiment.folds import Folds, cross_validation_folds
from treenn.experiment.plan_spec import BASELINES, Model, PlanTask
from treenn.experiment.run_spec import RunSpec
from treenn.models.building import MakeHead, check_recipe, match_parameters
from treenn.models.names import GRAMMARS, check_models
from treenn.models.settings import Settings
from treenn.trees.arguments import AnyPath, Runs, Seed, check_fields, checked
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class Plan:
    """A comparison: for each task, every model has the same trees, labels, vectors and settings.

    Args:
        tasks: the tasks.
        models: the models; the others are matched to the first network among them.
        seeds: the number of seeds, 0, 1, ..., of each network (default: 3).
        vectors: paths of pretrained word vectors, concatenated (default: none).
        settings: the settings of all models and tasks; `model`, `seed` and `supervision` are ignored (default:
            `Settings()`).

    Raises:
        InputError: if a name is repeated, there is no model, task or seed, or a model does not support the settings.

    >>> from treenn.models.task import make_task
    >>> plan = Plan.of("reviews", ["tree-lstm", "lstm"], seeds=1)
    >>> make_head = make_task("nodes", ["0", "1", "2", "3", "4"]).make_head
    >>> [run.settings.size for run in plan.runs(plan.tasks[0], "nodes", input_size=50, make_head=make_head)]
    [150, 224]
    """

    tasks: Sequence[PlanTask]
    models: Sequence[Model]
    seeds: Runs = 3
    vectors: Sequence[AnyPath] = ()
    settings: Settings = field(default_factory=Settings)

    @classmethod
    @checked
    def of(
        cls,
        treebank: str | AnyTreebank,
        models: Sequence[str],
        seeds: Runs = 3,
        vectors: Sequence[AnyPath] = (),
        settings: Settings | None = None,
        *,
        folds: Folds | None = None,
        fold_seed: Seed = 0,
    ) -> Plan:
        """Return a plan of one task, as `treenn compare` without `--plan`; the settings decide the supervision.

        Args:
            treebank: a treebank, or a name for `treebanks.load`.
            models: the names of models, as `treenn cells` lists them.
            seeds: as in `Plan` (default: 3).
            vectors: as in `Plan` (default: none).
            settings: the settings of all models (default: `Settings()`).
            folds: the number of folds of a cross-validation of train and dev (default: None, evaluation on the
                treebank's test sets). Each fold is a task, and the predictions of all are pooled.
            fold_seed: the seed of the partition into folds (default: 0).
        """
        check_models(models, (*BASELINES, *(GRAMMARS if isinstance(treebank, GrammarTreebank) else ())))
        settings = settings or Settings()
        if folds is None:
            tasks = [PlanTask(treebank, (settings.supervision,))]
        else:
            data = load_dataset(treebank) if isinstance(treebank, str) else treebank
            divided = cross_validation_folds(data, folds, fold_seed)
            tasks = [PlanTask(of_fold, (settings.supervision,), fold=fold) for fold, of_fold in divided]
        return cls(tuple(tasks), tuple(map(Model, models)), seeds, vectors, settings)

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "vectors", tuple(map(str, self.vectors)))
        names = [model.name for model in self.models]
        if not self.tasks:
            raise InputError("this plan has no task; must have one [[task]] or more")
        if not names or len(set(names)) < len(names):
            raise InputError(f"{argument('models')} {','.join(names)}: must name one model or more, each once")
        reference = self.reference
        if reference is not None and (reference.seeds or reference.supervision or reference.equal_time):
            wanted = "so it must have all seeds and regimes, and no equal_time"
            raise InputError(f'model "{reference.name}": the others are matched to it, {wanted}')
        for task in self.tasks:
            for model in self.models:
                self._check(task, model)

    def _check(self, task: PlanTask, model: Model) -> None:
        reads_words = self.settings_of(task, model, task.supervision[0]).word_size > 0
        if task.match == "parameters" and model != self.reference and "size" in model.settings and reads_words:
            raise InputError(f'size of model "{model.name}": match = "parameters" decides it; remove it')
        if not model.is_baseline:
            for regime in task.supervision:
                check_recipe(self.settings_of(task, model, regime))

    def on(self, treebank: str | AnyTreebank) -> Plan:
        """The plan on another treebank, if it has one task.

        Raises:
            InputError: if it has several.
        """
        if len(self.tasks) > 1:
            raise InputError(f"{argument('treebank')}: this plan has {len(self.tasks)} tasks; must have one")
        return replace(self, tasks=[replace(task, treebank=treebank) for task in self.tasks])

    @property
    def reference(self) -> Model | None:
        """The model that the others are matched to, None if all are baselines."""
        return next((model for model in self.models if not model.is_baseline), None)

    def vectors_of(self, task: PlanTask, model: Model | None = None) -> tuple[str, ...]:
        """The paths of the word vectors of a task, or of a model on it."""
        if model is not None and model.vectors is not None:
            return tuple(map(str, model.vectors))
        return tuple(map(str, self.vectors if task.vectors is None else task.vectors))

    def settings_of(self, task: PlanTask, model: Model, regime: str) -> Settings:
        """Return the settings of a model on a task, before its size is matched."""
        values = {**asdict(self.settings), **task.settings, **model.settings}
        values["supervision"] = model.labels or (model.published_supervision if regime == "published" else regime)
        if not model.is_baseline:
            values["model"] = model.model
        return Settings(**values)

    def runs(
        self,
        task: PlanTask,
        regime: str,
        input_size: int,
        make_head: MakeHead,
        data: str = "",
        examples: int | None = None,
        own_input_sizes: Mapping[str, int] | None = None,
    ) -> Iterator[RunSpec]:
        """Yield the runs of a task under one regime, seed by seed.

        Args:
            task: a task of the plan.
            regime: a regime of the task.
            input_size: the size of the word vectors.
            make_head: makes the head for the treebank from settings (`Task.make_head`).
            data: a fingerprint of the treebank, for the keys of the runs (default: none).
            examples: the number of training examples, by which `min_steps` is converted to `epochs` (default: None, no
                conversion).
            own_input_sizes: the sizes of the word vectors of models with others than the task's, by name (default:
                none).
        """
        sizes = {model.name: input_size for model in self.models} | dict(own_input_sizes or {})
        sized = [
            (model, self._sized(task, model, regime, sizes, make_head))
            for model in self.models
            if model.supervision is None or regime in model.supervision
        ]
        for seed in range(self.seeds):
            reference = None
            for model, settings in sized:
                settings = settings if examples is None else settings.for_examples(examples)
                if seed >= self._seeds(model):
                    continue
                run = RunSpec(
                    replace(settings, seed=seed),
                    task.treebank,
                    self.vectors_of(task, model) if settings.word_size else (),
                    trees=model.trees,
                    shuffle=model.shuffle,
                    baseline=model.model if model.is_baseline else None,
                    data=data,
                    label=model.name,
                )
                if model == self.reference:
                    reference = run
                elif (task.match == "time" or model.equal_time) and not model.is_baseline:
                    run = replace(run, time_match=reference)
                yield run

    def _seeds(self, model: Model) -> int:
        """The number of runs of a model on each task and regime."""
        return 1 if model.is_baseline else min(self.seeds, model.seeds or self.seeds)

    def _sized(
        self, task: PlanTask, model: Model, regime: str, input_sizes: Mapping[str, int], make_head: MakeHead
    ) -> Settings:
        settings = self.settings_of(task, model, regime)
        if task.match != "parameters" or model.is_baseline or self.reference is None or not settings.word_size:
            return settings
        reference = self.settings_of(task, self.reference, regime)
        return match_parameters(
            settings,
            reference,
            input_sizes[model.name],
            make_head,
            reference_input_size=input_sizes[self.reference.name],
        )
