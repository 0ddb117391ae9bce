"""What the window works with: the living services, made once by `desktop_llm.app`."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_llm.core.paths import Paths
from desktop_llm.services.backups import BackupService
from desktop_llm.services.chat import ChatService
from desktop_llm.services.context import ContextService
from desktop_llm.services.datasets import DataService
from desktop_llm.services.documents import DocumentService
from desktop_llm.services.downloads import DownloadService
from desktop_llm.services.exchange import ExchangeService
from desktop_llm.services.hub import HubService
from desktop_llm.services.inference import InferenceService
from desktop_llm.services.library import LibraryService
from desktop_llm.services.models import ModelService
from desktop_llm.services.servers import ServerService
from desktop_llm.services.serving import ServingService
from desktop_llm.services.speed import SpeedService
from desktop_llm.services.tasks import TaskService
from desktop_llm.services.training import TrainingService
from desktop_llm.ui.preferences import Preferences


@dataclass(frozen=True)
class Services:
    """Outlive the window's contents, which are made anew when the language changes."""

    chat: ChatService
    inference: InferenceService
    models: ModelService
    tasks: TaskService
    preferences: Preferences
    paths: Paths
    training: TrainingService
    data: DataService
    hub: HubService
    downloads: DownloadService
    library: LibraryService
    exchange: ExchangeService
    context: ContextService
    documents: DocumentService
    backups: BackupService
    servers: ServerService
    serving: ServingService
    speed: SpeedService
